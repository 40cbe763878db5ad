namespace AioV2.Spec.Model;

/// <summary>What the values of a group are.</summary>
public enum GroupKind
{
    /// <summary>Single bits, with a mask of all known ones.</summary>
    Flags,

    /// <summary>Numbers.</summary>
    Enum,
}
