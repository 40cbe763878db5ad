using AioV2.Abi;
using AioV2.Kernel.Attributes;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>Many attributes in one record (ATTR-2, ATTR-5, ATTR-6).</summary>
public sealed class AttributeOrderTests
{
    public static TheoryData<EngineKind> Engines => AttributeBench.Engines;

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-2", "ATTR-3")]
    public void Returns_come_in_the_order_of_the_attributes_whatever_that_is(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        var random = new Random(2012);
        for (var round = 0; round < 150; round++)
        {
            ushort[] types = [.. Aio2Catalog.Attributes.Select(a => a.Type), 0x7001, 0x8001, 0xffff];
            random.Shuffle(types);
            var opcode = (ushort)random.Next(Aio2Op.Fdsync + 1);
            var record = Record.Of(bench.Iocb(opcode));
            var expected = new List<(ushort, int, bool)>();
            foreach (var type in types.Take(random.Next(types.Length + 1)))
            {
                var silent = random.Next(4) == 0;
                record.Attribute(type, Sample(type), silent ? Aio2AttrFlags.Noreturn : (ushort)0);
                if (!silent)
                {
                    var known = AttributeOracle.Known(type, opcode);
                    expected.Add((type, known?.OutSize ?? 0, known is not null));
                }
            }

            var returns = bench.Run(record).ReturnList();

            Assert.Equal(expected.Select(e => (e.Item1, e.Item2)), returns.Select(r => (r.Head.Type, r.Payload.Length)));
            Assert.All(expected.Zip(returns).Where(pair => !pair.First.Item3), pair => Assert.Equal(-Errno.EOPNOTSUPP, pair.Second.Head.Status));
        }
    }

    [Fact, Requirement("ATTR-4")]
    public void A_payload_may_be_shorter_or_longer_than_the_kernels_in_both_directions()
    {
        // A struct that was published with 8 bytes and has grown to 24, seen by callers of every age.
        const int First = 8, Known = 24;
        var room = new byte[Known];
        for (var have = 0; have <= 40; have++)
        {
            var payload = Enumerable.Range(1, have).Select(i => i <= Known ? (byte)i : (byte)0).ToArray();
            var fault = PayloadGrowth.Judge(payload, First, Known);
            Assert.Equal(have < First ? new AttributeFault(Errno.EINVAL, Aio2Reason.PayloadTooShort) : AttributeFault.None, fault);

            room.AsSpan().Fill(0xff);
            PayloadGrowth.Extend(payload, room);
            Assert.Equal(Enumerable.Range(1, Known).Select(i => i <= have ? (byte)i : (byte)0), room);

            for (var at = Known; at < have; at++)
            {
                payload[at] = 0x80;
                Assert.Equal(new AttributeFault(Errno.E2BIG, Aio2Reason.PayloadTooLong), PayloadGrowth.Judge(payload, First, Known));
                payload[at] = 0;
            }
        }
    }

    private static byte[] Sample(ushort type) => type switch
    {
        Aio2AttrType.Deadline => BitConverter.GetBytes(ulong.MaxValue),
        Aio2AttrType.Checksum => BitConverter.GetBytes(2ul),
        _ => new byte[Aio2Catalog.Attribute(type)?.InSize ?? 5],
    };
}
