namespace AioV2.Spec.Model;

/// <summary>One thing that is wrong with a spec: where, and what was expected there.</summary>
public sealed record SpecError(string File, SpecPosition At, string Message)
{
    /// <summary>The form compilers use: <c>file:line:column: error: message</c>.</summary>
    public override string ToString() => $"{File}:{At.Line}:{At.Column}: error: {Message}";
}
