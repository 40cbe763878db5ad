namespace AioV2.Spec.Model;

/// <summary>The fields of an iocb that an operation may use, with their bit in the generated catalogue (SUBMIT-3).</summary>
public static class IocbFields
{
    /// <summary>Field name in the spec, its bit, and the name of that bit in C#.</summary>
    public static IReadOnlyList<(string Field, int Bit, string CSharp)> All { get; } =
        [("fd", 1, "Fd"), ("rw_flags", 2, "RwFlags"), ("addr", 4, "Addr"), ("len", 8, "Len"), ("offset", 16, "Offset")];

    /// <summary>The mask of an operation's fields.</summary>
    public static int Mask(IEnumerable<SpecName> uses) => uses.Sum(use => All.First(f => f.Field == use.Value).Bit);
}
