namespace AioV2.Spec.Model;

/// <summary>A spec that nothing may be generated from, with everything that is wrong with it, in file order.</summary>
public sealed class SpecException : Exception
{
    /// <summary>Takes the errors; there is at least one.</summary>
    public SpecException(IReadOnlyList<SpecError> errors)
        : base(string.Join('\n', errors)) => Errors = errors;

    /// <summary>What is wrong, in the order of the file.</summary>
    public IReadOnlyList<SpecError> Errors { get; }
}
