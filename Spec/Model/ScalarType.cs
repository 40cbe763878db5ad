namespace AioV2.Spec.Model;

/// <summary>The integers that the ABI is made of (ABI-1, ABI-2): no pointers, no <c>long</c>, no enums.</summary>
public enum ScalarType
{
    U8, U16, U32, S32, U64, S64,
}
