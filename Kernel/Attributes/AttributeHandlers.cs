namespace AioV2.Kernel.Attributes;

/// <summary>The attributes that this kernel handles, by type. A type without a handler is unknown (ATTR-3).</summary>
internal static class AttributeHandlers
{
    /// <summary>In the order in which PROBE tells them.</summary>
    public static readonly AttributeHandler[] All =
    [
        new PiHandler(),
        new TimingHandler(),
        new CacheHandler(),
        new DeadlineHandler(),
        new IoprioHandler(),
        new WriteHintHandler(),
        new ChecksumHandler(),
        new AccountHandler(),
        new TraceIdHandler(),
        new RetryHandler(),
    ];

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
