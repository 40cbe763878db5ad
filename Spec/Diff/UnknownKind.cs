namespace AioV2.Spec.Diff;

/// <summary>What becomes of a value that the receiver does not know.</summary>
internal enum UnknownKind
{
    /// <summary>Refused with an errno.</summary>
    Refused,

    /// <summary>Not done, and the caller is told so beside the result.</summary>
    Told,

    /// <summary>Passed over by the kernel without a word.</summary>
    Ignored,

    /// <summary>Goes from the kernel to the program, which is never given what is not declared.</summary>
    Given,

    /// <summary>Goes to the program, for which the spec states a rule of its own.</summary>
    Reader,
}
