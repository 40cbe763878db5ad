namespace AioV2.Conformance.Run;

/// <summary>Requirements that no sequence of calls can show, whatever the implementation.</summary>
internal static class NotObservable
{
    /// <summary>Why it cannot be seen, or null where it can.</summary>
    public static string? Why(string requirement) => requirement switch
    {
        "RING-12" => "not observable through the calls: a property of the ring's code, which the calls hide",
        "ABI-3" => "not observable through the calls: a property of where the constants come from",
        "LIB-1" => "not observable through the calls: a property of the library above them",
        _ => null,
    };
}
