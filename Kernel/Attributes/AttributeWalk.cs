using System.Runtime.CompilerServices;
using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Attributes;

/// <summary>Walks the attributes of an accepted request in step with their returns in the event.</summary>
/// <remarks>Only over validated records: the framing is trusted here.</remarks>
internal unsafe ref struct AttributeWalk
{
    // Known payloads are at most this long (asserted by a test over the catalogue).
    public const int PayloadBytesMax = 64;

    private readonly ushort _opcode;
    private readonly byte* _end;
    private byte* _attribute;
    private byte* _return;
    private fixed byte _extended[PayloadBytesMax];

    public AttributeWalk(Request* r)
    {
        // Else its buffer would be cleared for each request.
        Unsafe.SkipInit(out this);
        _opcode = r->Opcode;
        _attribute = (byte*)(Request.Iocb(r) + 1);
        _end = (byte*)Request.Iocb(r) + r->IocbBytes;
        _return = (byte*)(Request.Event(r) + 1);
        Handler = null;
        Attribute = null;
        Return = null;
    }

    /// <summary>Who handles the current attribute; null where nobody does.</summary>
    public AttributeHandler? Handler { get; private set; }

    /// <summary>The current attribute.</summary>
    public Aio2Attr* Attribute { get; private set; }

    /// <summary>Its return in the event, null with NORETURN.</summary>
    public Aio2AttrRet* Return { get; private set; }

    /// <summary>Goes to the next attribute.</summary>
    public bool MoveNext()
    {
        if (_attribute >= _end)
        {
            return false;
        }

        Attribute = (Aio2Attr*)_attribute;
        _attribute += Align8((int)Attribute->Bytes);
        Handler = HandlerOf(Attribute->Type, _opcode);
        Return = null;
        if ((Attribute->Flags & Aio2AttrFlags.Noreturn) == 0)
        {
            Return = (Aio2AttrRet*)_return;
            _return += Align8(ReturnBytes(Handler));
        }

        return true;
    }

    /// <summary>The current attribute's payload, zero-extended to the known size (ATTR-4). Valid until the walk moves on.</summary>
    public byte* Payload()
    {
        var have = (int)Attribute->Bytes - Aio2Attr.SizeOf;
        var known = Handler!.Info.InSize;
        if (have >= known)
        {
            return (byte*)(Attribute + 1);
        }

        // A ref struct lives on the stack, so that its buffer does not move.
        var extended = (byte*)Unsafe.AsPointer(ref _extended[0]);
        PayloadGrowth.Extend(new ReadOnlySpan<byte>(Attribute + 1, have), new Span<byte>(extended, known));
        return extended;
    }

    /// <summary>Bytes of a return without its padding: the head only where nobody handles it (ATTR-2).</summary>
    public static int ReturnBytes(AttributeHandler? handler) => Aio2AttrRet.SizeOf + (handler?.Info.OutSize ?? 0);

    /// <summary>The handler of a type, if there is one that fits the operation (ATTR-3).</summary>
    public static AttributeHandler? HandlerOf(ushort type, ushort opcode)
    {
        var handler = AttributeHandlers.Of(type);
        return handler is not null && handler.Info.Fits(opcode) ? handler : null;
    }

    public static int Align8(int bytes) => (bytes + 7) & ~7;
}
