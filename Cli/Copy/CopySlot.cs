using AioV2.UserLib;

namespace AioV2.Cli.Copy;

/// <summary>A buffer and the one request that uses it: a block being read, then written; or a file's sync.</summary>
internal sealed class CopySlot(int number, int bytes) : IDisposable
{
    /// <summary>The request's <c>user_data</c>.</summary>
    public int Number => number;

    /// <summary>The data.</summary>
    public AioBuffer Buffer { get; } = new(bytes);

    /// <summary>AIO2_OP_* under way.</summary>
    public ushort Opcode { get; set; }

    /// <summary>The file it works for.</summary>
    public FileCopy File { get; set; } = null!;

    /// <summary>Where the piece in the buffer stands in the file.</summary>
    public long Offset { get; set; }

    /// <summary>Bytes of the block from <see cref="Offset"/> on.</summary>
    public int Wanted { get; set; }

    /// <summary>Bytes of it that are in the buffer.</summary>
    public int Filled { get; set; }

    /// <summary>Bytes of those that are written.</summary>
    public int Written { get; set; }

    /// <summary>Checksum of <see cref="Filled"/> bytes, as the read told it; null where it told none.</summary>
    public ulong? Checksum { get; set; }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)Buffer).Dispose();
}
