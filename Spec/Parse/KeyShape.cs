namespace AioV2.Spec.Parse;

/// <summary>Kinds of YAML values that a key takes.</summary>
internal enum KeyShape
{
    Text, Number, Bool, Names, AllOrNames, TextOrZero, Map, Maps,
}
