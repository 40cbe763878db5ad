using System.Reflection;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Attributes.Payloads;
using AioV2.Tests;

namespace AioV2.Attributes.Tests.Payloads;

[Requirement("ATTR-7")]
public sealed class TypedAttributesTests
{
    public static TheoryData<ushort> Types => [.. Aio2Catalog.Attributes.Select(a => a.Type)];

    // By name, so that the map is held against something that it does not come from: TIMING returns Aio2RetTiming.
    [Theory, MemberData(nameof(Types))]
    public void Each_payload_struct_belongs_to_the_attribute_of_its_name_and_has_its_size(ushort type)
    {
        AttrInfo info = Aio2Catalog.Attribute(type)!.Value;
        string pascal = string.Concat(info.Name.Split('_').Select(p => p[0] + p[1..].ToLowerInvariant()));

        Check($"AioV2.Abi.Aio2Attr{pascal}", nameof(AttributePayload.InputType), info.InSize);
        Check($"AioV2.Abi.Aio2Ret{pascal}", nameof(AttributePayload.ReturnType), info.OutSize);

        void Check(string name, string map, int size)
        {
            Type? payload = typeof(Aio2Catalog).Assembly.GetType(name);
            Assert.Equal(size != 0, payload is not null);
            if (payload is not null)
            {
                MethodInfo method = typeof(AttributePayload).GetMethod(map)!.MakeGenericMethod(payload);
                Assert.Equal(type, method.Invoke(null, null));
                Assert.Equal(size, payload.GetField("SizeOf")!.GetRawConstantValue());
            }
        }
    }

    [Fact]
    public void An_attribute_that_was_added_is_read_back_with_its_flags()
    {
        var writer = new IocbWriter(new byte[256]);
        Assert.True(writer.TryBegin(new Iocb2 { Opcode = Aio2Op.Pread }));
        Assert.True(writer.TryAdd(new Aio2AttrDeadline { Ns = 42 }, Aio2AttrFlags.Required));
        Assert.True(writer.TryAdd(new Aio2AttrPi { Flags = Aio2PiFlags.CheckGuard, Seed = 7 }));

        Assert.Equal(Aio2Reason.None, IocbReader.Open(writer.Written, out IocbReader iocb).Reason);
        Assert.True(iocb.TryGet(out Aio2AttrPi pi, out _));
        Assert.Equal((Aio2PiFlags.CheckGuard, 7ul), (pi.Flags, pi.Seed));
        Assert.True(iocb.TryGet(out Aio2AttrDeadline deadline, out _));
        Assert.Equal(42ul, deadline.Ns);
        Assert.False(iocb.TryGet(out Aio2AttrTraceId _, out RecordError absent));
        Assert.Equal(Aio2Reason.None, absent.Reason);

        AttributeReader attributes = iocb.Attributes;
        Assert.True(attributes.MoveNext());
        Assert.True(attributes.Current.Required);
    }

    [Fact]
    public void Each_payload_is_held_against_its_own_first_size()
    {
        var writer = new IocbWriter(new byte[256]);
        Assert.True(writer.TryBegin(default) && writer.TryAttribute(Aio2AttrType.Pi, 0, new byte[24]));
        Assert.False(IocbReader.Open(writer.Written, out IocbReader iocb).IsError);

        Assert.False(iocb.TryGet(out Aio2AttrPi _, out RecordError error));
        Assert.Equal(new RecordError(Aio2Reason.PayloadTooShort, Iocb2.SizeOf), error);
    }

    [Fact]
    public void A_payload_below_its_first_size_is_an_error_with_its_place()
    {
        var writer = new IocbWriter(new byte[256]);
        writer.TryBegin(default);
        writer.TryAttribute(Aio2AttrType.Deadline, 0, [1, 2, 3, 4]);
        IocbReader.Open(writer.Written, out IocbReader iocb);

        Assert.False(iocb.TryGet(out Aio2AttrDeadline _, out RecordError error));
        Assert.Equal(Aio2Reason.PayloadTooShort, error.Reason);
        Assert.Equal(Iocb2.SizeOf, error.Offset);
    }

    [Fact]
    public void A_return_that_was_added_is_read_back_with_its_status()
    {
        var writer = new EventWriter(new byte[256]);
        Assert.True(writer.TryBegin(userData: 1, res: 2));
        Assert.True(writer.TryAdd(new Aio2RetTiming { Submit = 1, Issue = 2, Complete = 3 }));
        Assert.True(writer.TryAdd(new Aio2RetCache { Bytes = 9 }, -Errno.EPERM));

        Assert.Equal(Aio2Reason.None, EventReader.Open(writer.Written, out EventReader completion).Reason);
        Assert.True(completion.TryGet(out Aio2RetCache cache, out int status));
        Assert.Equal((9ul, -Errno.EPERM), (cache.Bytes, status));
        Assert.True(completion.TryGet(out Aio2RetTiming timing, out status));
        Assert.Equal((1ul, 2ul, 3ul, 0), (timing.Submit, timing.Issue, timing.Complete, status));
        Assert.False(completion.TryGet(out Aio2RetPi _, out _));
    }

    [Fact]
    public void A_struct_that_is_no_payload_is_refused_both_ways()
    {
        var iocb = new IocbWriter(new byte[256]);
        iocb.TryBegin(default);
        Assert.False(iocb.TryAdd(new Aio2RetTiming()));
        Assert.Equal(Iocb2.SizeOf, iocb.Length);

        var completion = new EventWriter(new byte[256]);
        completion.TryBegin(0, 0);
        Assert.False(completion.TryAdd(new Aio2AttrDeadline()));
        Assert.Equal(IoEvent2.SizeOf, completion.Length);
    }
}
