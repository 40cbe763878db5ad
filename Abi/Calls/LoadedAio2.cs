using System.Runtime.InteropServices;

namespace AioV2.Abi.Calls;

/// <summary>The nine calls of any shared library that exports them under their C names.</summary>
/// <remarks>The library stays loaded until <see cref="Dispose"/>; no call may run then or later. Calls add nothing to what the
/// library does: a managed pointer must be pinned for as long as the ABI says (SUBMIT-2).</remarks>
public sealed unsafe class LoadedAio2 : IAio2, IDisposable
{
    private readonly delegate* unmanaged[Cdecl]<uint, uint, Aio2Params*, nuint, nint> _setup;
    private readonly delegate* unmanaged[Cdecl]<uint, nint> _destroy;
    private readonly delegate* unmanaged[Cdecl]<uint, void*, nuint, Aio2Extack*, nint> _submit;
    private readonly delegate* unmanaged[Cdecl]<uint, void*, nuint, nuint, Aio2Wait*, uint, nint> _getEvents;
    private readonly delegate* unmanaged[Cdecl]<uint, ulong, uint, nint> _cancel;
    private readonly delegate* unmanaged[Cdecl]<void*, nuint, void*, nuint, uint, nint> _issue;
    private readonly delegate* unmanaged[Cdecl]<uint, ulong*, void*, nuint, nint> _list;
    private readonly delegate* unmanaged[Cdecl]<uint, void*, nuint, nint> _probe;
    private readonly delegate* unmanaged[Cdecl]<uint, uint, ulong, nint> _ringCtl;
    private nint _library;

    /// <summary>Loads a library and finds the nine calls in it.</summary>
    /// <param name="path">Path or name, as <c>dlopen</c> takes it.</param>
    /// <exception cref="Aio2Exception">ENOENT: it cannot be loaded. ENOSYS: a call is missing. The message names path and symbol.</exception>
    public LoadedAio2(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
        try
        {
            _library = NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new Aio2Exception(Errno.ENOENT, $"{path}: cannot be loaded as a shared library: {e.Message}", e);
        }

        try
        {
            _setup = (delegate* unmanaged[Cdecl]<uint, uint, Aio2Params*, nuint, nint>)Find("io_setup2");
            _destroy = (delegate* unmanaged[Cdecl]<uint, nint>)Find("io_destroy2");
            _submit = (delegate* unmanaged[Cdecl]<uint, void*, nuint, Aio2Extack*, nint>)Find("io_submit2");
            _getEvents = (delegate* unmanaged[Cdecl]<uint, void*, nuint, nuint, Aio2Wait*, uint, nint>)Find("io_getevents2");
            _cancel = (delegate* unmanaged[Cdecl]<uint, ulong, uint, nint>)Find("io_cancel2");
            _issue = (delegate* unmanaged[Cdecl]<void*, nuint, void*, nuint, uint, nint>)Find("io_issue2");
            _list = (delegate* unmanaged[Cdecl]<uint, ulong*, void*, nuint, nint>)Find("io_list2");
            _probe = (delegate* unmanaged[Cdecl]<uint, void*, nuint, nint>)Find("io_probe2");
            _ringCtl = (delegate* unmanaged[Cdecl]<uint, uint, ulong, nint>)Find("io_ring_ctl2");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What was given to the constructor.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public long Setup(uint version, uint flags, Aio2Params* parameters, nuint size) => _setup(version, flags, parameters, size);

    /// <inheritdoc/>
    public long Destroy(uint ctx) => _destroy(ctx);

    /// <inheritdoc/>
    public long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext) => _submit(ctx, iocbs, bytes, ext);

    /// <inheritdoc/>
    public long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        _getEvents(ctx, events, bytes, minBytes, wait, flags);

    /// <inheritdoc/>
    public long Cancel(uint ctx, ulong userData, uint flags) => _cancel(ctx, userData, flags);

    /// <inheritdoc/>
    public long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags) =>
        _issue(iocb, iocbBytes, eventBuffer, eventBytes, flags);

    /// <inheritdoc/>
    public long List(uint ctx, ulong* cursor, void* buffer, nuint bytes) => _list(ctx, cursor, buffer, bytes);

    /// <inheritdoc/>
    public long Probe(uint what, void* buffer, nuint bytes) => _probe(what, buffer, bytes);

    /// <inheritdoc/>
    public long RingCtl(uint ctx, uint op, ulong arg) => _ringCtl(ctx, op, arg);

    /// <summary>Unloads the library.</summary>
    public void Dispose()
    {
        nint library = Interlocked.Exchange(ref _library, 0);
        if (library != 0)
        {
            NativeLibrary.Free(library);
        }
    }

    private nint Find(string symbol) =>
        NativeLibrary.TryGetExport(_library, symbol, out nint address)
            ? address
            : throw new Aio2Exception(Errno.ENOSYS, $"{Path}: does not export {symbol}");
}
