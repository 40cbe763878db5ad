namespace AioV2.Kernel.Attributes;

/// <summary>The attributes that this kernel handles, by type. A type without a handler is unknown (ATTR-3).</summary>
internal static partial class AttributeHandlers
{
    /// <summary>In the order of the spec, in which PROBE tells them. The list is generated: one <c>NameHandler</c> for each
    /// attribute of the spec.</summary>
    public static readonly AttributeHandler[] All = OfTheSpec();

    private static readonly AttributeHandler?[] ByType = Index();

    /// <summary>The handler, or null.</summary>
    public static AttributeHandler? Of(ushort type) => type < ByType.Length ? ByType[type] : null;

    private static AttributeHandler?[] Index()
    {
        var table = new AttributeHandler?[All.Max(h => h.Info.Type) + 1];
        foreach (var handler in All)
        {
            table[handler.Info.Type] = handler;
        }

        return table;
    }
}
