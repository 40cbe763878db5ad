using AioV2.Spec.Model;

namespace AioV2.Spec.Parse;

/// <summary>Collects what is wrong with one file, so that a designer sees all of it at once.</summary>
internal sealed class ErrorList(string file)
{
    private readonly List<SpecError> errors = [];

    public bool Any => errors.Count > 0;

    public void Add(SpecPosition at, string message) => errors.Add(new SpecError(file, at, message));

    /// <summary>What was collected, in the order of the file.</summary>
    public IReadOnlyList<SpecError> InOrder => [.. errors.Distinct().OrderBy(e => e.At.Line).ThenBy(e => e.At.Column)];

    /// <summary>Throws what was collected, in the order of the file; does nothing if all is well.</summary>
    public void ThrowIfAny()
    {
        if (Any)
            throw new SpecException(InOrder);
    }
}
