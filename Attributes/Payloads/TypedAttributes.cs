using AioV2.Abi.Codecs;

namespace AioV2.Attributes.Payloads;

/// <summary>Adds and reads the catalogue's attributes by the struct of their payload alone (ATTR-7).</summary>
public static class TypedAttributes
{
    /// <summary>Adds an attribute to the record under way.</summary>
    /// <typeparam name="T">A payload that the catalogue takes, e.g. <see cref="Abi.Aio2AttrDeadline"/>.</typeparam>
    /// <param name="writer">The run.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="flags"><see cref="Abi.Aio2AttrFlags"/>.</param>
    /// <returns>False if there is no record under way, no room, or no attribute that takes a T.</returns>
    public static bool TryAdd<T>(ref this IocbWriter writer, in T payload, ushort flags = 0) where T : unmanaged =>
        AttributePayload.InputType<T>() is var type and not 0 && writer.TryAttribute(type, flags, payload);

    /// <summary>Adds a return to the event under way.</summary>
    /// <typeparam name="T">A payload that the catalogue returns, e.g. <see cref="Abi.Aio2RetTiming"/>.</typeparam>
    /// <param name="writer">The event.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="status">0, or <c>-errno</c>.</param>
    /// <returns>False if there is no event under way, no room, or no attribute that returns a T.</returns>
    public static bool TryAdd<T>(ref this EventWriter writer, in T payload, int status = 0) where T : unmanaged =>
        AttributePayload.ReturnType<T>() is var type and not 0 && writer.TryReturn(type, 0, status, payload);

    /// <summary>Finds the attribute that takes a T and reads it as ATTR-4 says.</summary>
    /// <param name="iocb">The record.</param>
    /// <param name="payload">The payload, zero-extended if an older caller's is shorter; zero where there is none.</param>
    /// <param name="error">What is wrong with the attribute, or with the framing before it.</param>
    /// <returns>Whether it is there and sound.</returns>
    public static bool TryGet<T>(this IocbReader iocb, out T payload, out RecordError error) where T : unmanaged
    {
        ushort type = AttributePayload.InputType<T>();
        AttributeReader attributes = iocb.Attributes;
        while (type != 0 && attributes.MoveNext())
        {
            if (attributes.Current.Type == type)
            {
                error = attributes.Current.Read(Abi.Aio2Catalog.Attributes[type - 1].InFirstSize, out payload);
                return error.Reason == Abi.Aio2Reason.None;
            }
        }

        payload = default;
        error = attributes.Error;
        return false;
    }

    /// <summary>Finds the return that carries a T.</summary>
    /// <param name="completion">The event.</param>
    /// <param name="payload">The payload, zero-extended if an older kernel's is shorter; zero where there is none.</param>
    /// <param name="status">0 if the attribute was handled, else <c>-errno</c>; 0 too where there is no return.</param>
    /// <returns>Whether the return is there; with a status other than 0 its payload need not mean anything.</returns>
    public static bool TryGet<T>(this EventReader completion, out T payload, out int status) where T : unmanaged
    {
        ushort type = AttributePayload.ReturnType<T>();
        if (type != 0 && completion.TryGetReturn(type, out AttributeReturn found))
        {
            payload = found.Read<T>();
            status = found.Status;
            return true;
        }

        payload = default;
        status = 0;
        return false;
    }
}
