namespace AioV2.Spec.Tests.Syzlang;

/// <summary>A description that is not syzlang.</summary>
internal sealed class SyzlangException(int line, string message) : Exception($"line {line}: {message}");
