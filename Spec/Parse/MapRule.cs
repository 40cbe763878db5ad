namespace AioV2.Spec.Parse;

/// <summary>The keys of one kind of mapping. Parser and JSON schema are both made from these rules.</summary>
internal sealed record MapRule(string Name, params KeyRule[] Keys)
{
    public KeyRule? Find(string key) => Array.Find(Keys, rule => rule.Name == key);

    public string KeyList => string.Join(", ", Keys.Select(rule => rule.Name));
}
