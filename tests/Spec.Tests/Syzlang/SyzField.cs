namespace AioV2.Spec.Tests.Syzlang;

/// <summary>A field of a struct or union, or an argument of a call.</summary>
internal sealed record SyzField(string Name, SyzType Type, string? Direction, int Line);
