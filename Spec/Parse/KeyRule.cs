namespace AioV2.Spec.Parse;

/// <summary>A key that a mapping takes: its form, and for nested mappings the rule of those.</summary>
internal sealed record KeyRule(string Name, bool Required, KeyForm Form, MapRule? Item = null)
{
    public static KeyRule Must(string name, KeyForm form) => new(name, true, form);

    public static KeyRule May(string name, KeyForm form) => new(name, false, form);

    public static KeyRule Map(string name, MapRule item) =>
        new(name, true, new KeyForm($"a mapping with the keys of a {item.Name}", KeyShape.Map), item);

    public static KeyRule MayMaps(string name, MapRule item) => Maps(name, item) with { Required = false };
    /// <summary>A mapping that older specs do not have.</summary>
    public static KeyRule MayMap(string name, MapRule item) => Map(name, item) with { Required = false };

    public static KeyRule Maps(string name, MapRule item) =>
        new(name, true, new KeyForm($"a list of {item.Name} mappings", KeyShape.Maps), item);
}
