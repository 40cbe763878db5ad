using System.Text.RegularExpressions;
using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>What becomes of a value that the receiver does not know: it decides whether a group can grow.</summary>
/// <param name="Kind">Which of the rules.</param>
/// <param name="Text">As the spec has it, for the reader.</param>
internal readonly partial record struct UnknownRule(UnknownKind Kind, string Text)
{
    /// <summary>The errno of a refusal, e.g. <c>-EINVAL</c>; null for the other rules.</summary>
    public string? Errno => Kind == UnknownKind.Refused && Refusal().Match(Text) is { Success: true } match ? match.Value : null;

    /// <summary>The rule of a group: what it states, or what the requirement says of those that state none.</summary>
    public static UnknownRule Of(GroupDef group) => group.Unknown is { } text ? Parse(text) : group.Name switch
    {
        "opcodes" => new UnknownRule(UnknownKind.Refused, "-EINVAL (SUBMIT-3)"),
        "syscalls" => new UnknownRule(UnknownKind.Refused, "-EPERM (SUBMIT-7)"),
        "rw_flags" => new UnknownRule(UnknownKind.Refused, "-EOPNOTSUPP (SUBMIT-7)"),
        "attributes" => new UnknownRule(UnknownKind.Told, "its return says -EOPNOTSUPP, or with REQUIRED the iocb is refused (ATTR-3)"),
        _ => new UnknownRule(UnknownKind.Given, "never given (SUBMIT-5)"),
    };

    /// <summary>What a value that is added means for an old program.</summary>
    public Effect AddedForOldProgram => Kind switch
    {
        UnknownKind.Ignored => Effect.Breaking("it was ignored, so nothing kept old programs from passing it, and now it does something"),
        UnknownKind.Given => Effect.New("an old program is handed a value that it does not know, and has to pass it over"),
        UnknownKind.Told => Effect.Compatible("an old program does not know of it"),
        UnknownKind.Reader => Effect.New($"an old program meets a value that it does not know: {Text}"),
        _ => Effect.Compatible("an old program does not pass it"),
    };

    /// <summary>What a value that is added means for a new program.</summary>
    public Effect AddedForNewProgram => Kind switch
    {
        UnknownKind.Ignored when Text.Contains("hint", StringComparison.Ordinal) => Effect.New("an old kernel ignores it, which a hint allows"),
        UnknownKind.Ignored => Effect.Breaking("an old kernel ignores it without a word: a program cannot tell that nothing was done"),
        UnknownKind.Given or UnknownKind.Reader => Effect.Compatible("an old kernel never gives it"),
        _ => Effect.New($"an old kernel does not know it, and says so: {Text}"),
    };

    private static UnknownRule Parse(string text) => new(
        Refusal().IsMatch(text) ? UnknownKind.Refused
        : text.Contains("ignored", StringComparison.OrdinalIgnoreCase) ? UnknownKind.Ignored
        : text.StartsWith("never", StringComparison.Ordinal) ? UnknownKind.Given
        : UnknownKind.Reader, text);

    [GeneratedRegex("^-E[A-Z0-9]+")]
    private static partial Regex Refusal();
}
