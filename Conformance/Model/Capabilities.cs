using System.Runtime.InteropServices;
using System.Text;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.Calls;

namespace AioV2.Conformance.Model;

/// <summary>What an implementation says that it offers (PROBE-1): the model judges that, and nothing else.</summary>
public sealed class Capabilities
{
    private readonly HashSet<ushort> _attributes;
    private readonly Dictionary<ushort, Aio2ProbeOp> _ops;

    private Capabilities(Aio2ProbeKernel kernel, Dictionary<ushort, Aio2ProbeOp> ops, HashSet<ushort> attributes)
    {
        (Kernel, _ops, _attributes) = (kernel, ops, attributes);
    }

    /// <summary>Limits, flags and features.</summary>
    public Aio2ProbeKernel Kernel { get; }

    /// <summary>The features offered.</summary>
    public ulong Features => Kernel.Features;

    /// <summary>The engine's name, as the implementation gives it.</summary>
    public string Engine { get; private init; } = "";

    /// <summary>Everything that the spec has: what a model without an implementation takes.</summary>
    public static Capabilities Everything { get; } = new(
        new Aio2ProbeKernel
        {
            Size = Aio2ProbeKernel.SizeOf, VersionMin = Aio2.Version, VersionMax = Aio2.Version, SetupFlags = Aio2Setup.Known,
            Features = Aio2Feat.Known, RingBytesMin = Aio2.RingBytesMin, RingBytesMax = Aio2.RingBytesMax, EventMax = Aio2.EventMax,
            IocbMax = Aio2.IocbMax, SubmitMax = Aio2.SubmitMax, ReqsCeiling = 65536,
        },
        Aio2Catalog.Ops.ToDictionary(o => o.Opcode, o => new Aio2ProbeOp { Opcode = o.Opcode, IocbFlags = o.IocbFlags, RwFlags = o.RwFlags }),
        [.. Aio2Catalog.Attributes.Select(a => a.Type)]);

    /// <summary>The calls whose answers <see cref="Read"/> takes, and one that makes a context: whoever cannot do that cannot be judged.</summary>
    public static Step[] Asks() =>
    [
        new ProbeStep(Aio2Probe.Kernel, Aio2ProbeKernel.SizeOf), new ProbeStep(Aio2Probe.Ops, 8192), new ProbeStep(Aio2Probe.Attrs, 8192),
        new SetupStep(0, Aio2.Version, 0, new byte[Aio2Params.SizeOf], Aio2Params.SizeOf),
    ];

    /// <summary>Reads the answers of PROBE_KERNEL, PROBE_OPS and PROBE_ATTRS.</summary>
    /// <exception cref="InvalidDataException">They are not what PROBE-1 says.</exception>
    public static Capabilities Read(ReadOnlySpan<byte> kernel, ReadOnlySpan<byte> ops, ReadOnlySpan<byte> attributes)
    {
        if (kernel.Length < Aio2ProbeKernel.FirstSizeOf)
        {
            throw new InvalidDataException($"PROBE_KERNEL answered {kernel.Length} bytes");
        }

        var read = MemoryMarshal.Read<Aio2ProbeKernel>(kernel);
        var opTable = new Dictionary<ushort, Aio2ProbeOp>();
        foreach (var op in Records<Aio2ProbeOp>(ops, Aio2ProbeOp.FirstSizeOf, "PROBE_OPS"))
        {
            opTable[op.Opcode] = op;
        }

        var types = Records<Aio2ProbeAttr>(attributes, Aio2ProbeAttr.FirstSizeOf, "PROBE_ATTRS").Select(a => a.Type).ToHashSet();
        var name = kernel.Slice(Aio2ProbeKernel.At.Engine, 16);
        int end = name.IndexOf((byte)0);
        return new Capabilities(read, opTable, types) { Engine = Encoding.ASCII.GetString(end < 0 ? name : name[..end]) };
    }

    /// <summary>Asks an implementation.</summary>
    /// <exception cref="InvalidDataException">Its answers are not what PROBE-1 says.</exception>
    public static unsafe Capabilities Of(IAio2 aio)
    {
        Span<byte> Ask(uint what, byte[] buffer)
        {
            fixed (byte* at = buffer)
            {
                long bytes = aio.Probe(what, at, (nuint)buffer.Length);
                return buffer.AsSpan(0, bytes >= 0 && bytes <= buffer.Length ? (int)bytes : throw new InvalidDataException($"io_probe2({what}) gave {bytes}"));
            }
        }

        return Read(Ask(Aio2Probe.Kernel, new byte[Aio2ProbeKernel.SizeOf]), Ask(Aio2Probe.Ops, new byte[8192]), Ask(Aio2Probe.Attrs, new byte[8192]));
    }

    /// <summary>Whether a feature is offered.</summary>
    public bool Has(ulong feature) => (Features & feature) == feature;

    /// <summary>Whether a setup flag is accepted.</summary>
    public bool TakesSetup(uint flags) => (Kernel.SetupFlags & flags) == flags;

    /// <summary>The operation, or null where the implementation does not list it.</summary>
    public OpInfo? Op(ushort opcode) => _ops.ContainsKey(opcode) ? Aio2Catalog.Op(opcode) : null;

    /// <summary>The iocb flags that an operation takes here.</summary>
    public ushort IocbFlagsOf(ushort opcode) => _ops.TryGetValue(opcode, out var op) ? op.IocbFlags : (ushort)0;

    /// <summary>The attribute, or null where the implementation does not list it.</summary>
    public AttrInfo? Attribute(ushort type) => _attributes.Contains(type) ? Aio2Catalog.Attribute(type) : null;

    private static List<T> Records<T>(ReadOnlySpan<byte> bytes, int first, string what)
        where T : unmanaged
    {
        var records = new List<T>();
        for (int at = 0; at < bytes.Length;)
        {
            int size = bytes.Length - at < 4 ? 0 : MemoryMarshal.Read<int>(bytes[at..]);
            if (size < first || size > bytes.Length - at)
            {
                throw new InvalidDataException($"{what}: a record of {size} bytes at {at} of {bytes.Length}");
            }

            records.Add(MemoryMarshal.Read<T>(bytes.Slice(at, size)));
            at += size;
        }

        return records;
    }
}
