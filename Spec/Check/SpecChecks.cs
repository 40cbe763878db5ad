using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Check;

/// <summary>Everything that must hold before anything is generated.</summary>
public static class SpecChecks
{
    /// <summary>All errors of a document, in the order of the file; none means that it may be generated from.</summary>
    public static IReadOnlyList<SpecError> Run(SpecDocument document)
    {
        var errors = new ErrorList(document.File);
        NameChecks.Run(document, errors);
        ValueChecks.Run(document, errors);
        StructChecks.Run(document, errors);
        ReferenceChecks.Run(document, errors);
        return errors.InOrder;
    }
}
