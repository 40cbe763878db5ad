namespace AioV2.Conformance.Calls;

/// <summary>What a pointer argument points at.</summary>
public enum Pointer : byte
{
    /// <summary>Memory of the right size that ends at a guard page.</summary>
    Good,

    /// <summary>NULL.</summary>
    Null,

    /// <summary>A page that nothing is mapped at.</summary>
    Guard,

    /// <summary>An address that user space cannot have.</summary>
    NonCanonical,

    /// <summary>Memory that can be read and not written.</summary>
    ReadOnly,
}
