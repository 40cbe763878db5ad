namespace AioV2.Bench.Harness;

/// <summary>The file systems that rows name.</summary>
public enum FileSystemKind
{
    /// <summary>ext4: a page cache before a disk.</summary>
    Ext4,

    /// <summary>tmpfs: memory only.</summary>
    Tmpfs,
}
