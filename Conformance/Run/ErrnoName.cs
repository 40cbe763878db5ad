using System.Collections.Frozen;
using System.Reflection;
using AioV2.Abi;

namespace AioV2.Conformance.Run;

/// <summary>Names of errno values.</summary>
public static class ErrnoName
{
    private static readonly FrozenDictionary<long, string> Names = typeof(Errno).GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToFrozenDictionary(f => -(long)(int)f.GetRawConstantValue()!, f => f.Name);

    /// <summary>A result as a reader wants it: -EFAULT for -14, the number otherwise.</summary>
    public static string Of(long result) => Names.TryGetValue(result, out string? name) ? "-" + name : result.ToString();
}
