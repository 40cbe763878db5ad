using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.UserLib.Returns;

namespace AioV2.UserLib;

/// <summary>A completed request: its result and its attributes' returns, copied out of the ring.</summary>
/// <remarks>
/// A value that owns what it shows. Returns of up to <see cref="InlineReturnBytes"/> live inside it (TIMING, CACHE and
/// CHECKSUM together take 112); larger ones take an array.
/// </remarks>
public readonly struct Completion
{
    /// <summary>Bytes of returns that a completion holds without allocating.</summary>
    public const int InlineReturnBytes = 128;

    private readonly InlineReturns _inline;
    private readonly byte[]? _array;
    private readonly int _returnBytes;
    private readonly ushort _flags;

    /// <summary>Copies an event.</summary>
    public Completion(in EventReader source)
    {
        UserData = source.UserData;
        Result = source.Res;
        _flags = source.Flags;
        var returns = source.ReturnBytes;
        _returnBytes = returns.Length;
        if (returns.Length <= InlineReturnBytes)
        {
            returns.CopyTo(_inline);
        }
        else
        {
            _array = returns.ToArray();
        }
    }

    /// <summary>A completion that no event brought: the fixed part only.</summary>
    internal Completion(ulong userData, long result)
    {
        UserData = userData;
        Result = result;
    }

    /// <summary>The request's <c>user_data</c>; chosen by the library for <c>ReadAsync</c> and the like.</summary>
    public ulong UserData { get; }

    /// <summary>What the call would have returned: bytes for reads and writes; or <c>-errno</c>.</summary>
    public long Result { get; }

    /// <summary>Whether <see cref="Result"/> is not an error.</summary>
    public bool Succeeded => Result >= 0;

    /// <summary>The errno, positive, 0 on success; see <see cref="Errno"/>.</summary>
    public int ErrorCode => Result < 0 ? (int)-Result : 0;

    /// <summary>Whether more events of the same request follow (RING-6).</summary>
    public bool HasMore => (_flags & Aio2EventFlags.More) != 0;

    /// <summary>Whether this tells the state of a LEVEL source rather than that something ended (SUBMIT-8).</summary>
    public bool IsLevel => (_flags & Aio2EventFlags.Level) != 0;

    /// <summary>Bytes transferred.</summary>
    /// <exception cref="Aio2Exception">The request failed.</exception>
    public int Bytes => (int)(Result >= 0 ? Result : throw CallErrors.OfRequest(Result));

    /// <summary>The returns as they stand in the event.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> ReturnBytes => (_array is null ? (ReadOnlySpan<byte>)_inline : _array)[.._returnBytes];

    /// <summary>Walks the returns, in the order of the attributes (ATTR-2).</summary>
    [UnscopedRef]
    public ReturnReader Returns => new(ReturnBytes);

    /// <summary>Throws if the request failed; else gives the completion back.</summary>
    /// <exception cref="Aio2Exception">The request failed.</exception>
    public Completion EnsureSuccess() => Result >= 0 ? this : throw CallErrors.OfRequest(Result);

    /// <summary>The status of an attribute's return: 0 handled, <c>-EOPNOTSUPP</c> not supported, other <c>-errno</c>; null if there is none.</summary>
    /// <param name="type">AIO2_ATTR_TYPE_*.</param>
    public int? StatusOf(ushort type) => TryFind(type, out var found) ? found.Status : null;

    /// <summary>A handled attribute's return.</summary>
    /// <exception cref="Aio2Exception">There is none of that type, or its status is an error; the message says which.</exception>
    public T Get<T>() where T : struct, IAttributeReturn<T>
    {
        var name = Aio2AttrType.NameOf(T.AttributeType) ?? $"0x{T.AttributeType:x}";
        if (!TryFind(T.AttributeType, out var found))
        {
            throw new Aio2Exception(Errno.ENODATA, $"the event has no {name} return: submit the attribute, without AIO2_ATTR_NORETURN (ATTR-2)");
        }

        if (!found.Handled)
        {
            throw new Aio2Exception(-found.Status, $"{name} was not handled: {ErrnoText.Of(-found.Status)}");
        }

        return found.Payload.Length >= T.PayloadBytes
            ? T.Read(found.Payload)
            : throw new Aio2Exception(Errno.EINVAL, $"the {name} return has {found.Payload.Length} bytes of payload, {T.PayloadBytes} were expected");
    }

    /// <summary>A handled attribute's return; false where there is none, or its status is an error.</summary>
    public bool TryGet<T>(out T value) where T : struct, IAttributeReturn<T>
    {
        if (TryFind(T.AttributeType, out var found) && found.Handled && found.Payload.Length >= T.PayloadBytes)
        {
            value = T.Read(found.Payload);
            return true;
        }

        value = default;
        return false;
    }

    [UnscopedRef]
    private bool TryFind(ushort type, out AttributeReturn found)
    {
        var returns = Returns;
        while (returns.TryNext(out found))
        {
            if (found.Type == type)
            {
                return true;
            }
        }

        return false;
    }

    [InlineArray(InlineReturnBytes)]
    private struct InlineReturns
    {
        private byte _first;
    }
}
