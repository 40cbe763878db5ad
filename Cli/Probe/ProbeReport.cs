using System.Text;
using System.Text.Json;
using AioV2.Abi;

namespace AioV2.Cli.Probe;

/// <summary>What io_probe2 tells, for people and for programs.</summary>
internal sealed unsafe class ProbeReport(ProbeReader probe)
{
    /// <summary>Sections of lines.</summary>
    internal void Write(TextWriter output)
    {
        var kernel = probe.Kernel();
        Line(output, "versions", $"{kernel.VersionMin} to {kernel.VersionMax}");
        Line(output, "engine", ProbeReader.Text(kernel.Engine, 16));
        Line(output, "spec", "sha256:" + Convert.ToHexStringLower(new ReadOnlySpan<byte>(kernel.SpecHash, 32)));
        Line(output, "setup flags", Names(kernel.SetupFlags, bit => Aio2Setup.NameOf((uint)bit)));
        Line(output, "features", Names(kernel.Features, Aio2Feat.NameOf));
        Line(output, "ring bytes", $"{kernel.RingBytesMin} to {kernel.RingBytesMax}");
        Line(output, "largest", $"event {kernel.EventMax}, iocb {kernel.IocbMax}, submission {kernel.SubmitMax} bytes");
        Line(output, "slots", $"{kernel.ReqsUsed} of {kernel.ReqsCeiling} in use");
        Line(output, "user memory", Aio2UserMemory.NameOf(kernel.UserMemory) ?? kernel.UserMemory.ToString());

        output.WriteLine("\nengines");
        foreach (var engine in probe.Read<Aio2ProbeEngine>(Aio2Probe.Engines))
        {
            var state = engine.Chosen != 0 ? "in use" : engine.Usable != 0 ? "usable" : "not usable";
            output.WriteLine($"  {ProbeReader.Text(engine.Name, 16),-12} {state,-11} {ProbeReader.Text(engine.Why, 64)}");
        }

        output.WriteLine("\noperations");
        foreach (var op in probe.Read<Aio2ProbeOp>(Aio2Probe.Ops))
        {
            output.WriteLine($"  {op.Opcode,3} {ProbeReader.Text(op.Name, 16),-12} rw_flags {Names(op.RwFlags, bit => Aio2Rwf.NameOf((uint)bit))}");
        }

        output.WriteLine("\nattributes          payload in     out  fits");
        foreach (var attribute in probe.Read<Aio2ProbeAttr>(Aio2Probe.Attrs))
        {
            output.WriteLine($"  {attribute.Type,3} {ProbeReader.Text(attribute.Name, 16),-12} {attribute.InMin,4}..{attribute.InSize,-4} {attribute.OutSize,6}  {Opcodes(attribute.Opcodes)}");
        }

        var calls = probe.Read<Aio2ProbeSyscall>(Aio2Probe.Syscalls);
        if (calls.Count > 0)
        {
            output.WriteLine("\nsystem calls");
            output.WriteLine("  " + string.Join(' ', calls.Select(call => ProbeReader.Text(call.Name, 24))));
        }

        foreach (var account in probe.Read<Aio2ProbeAccount>(Aio2Probe.Accounts))
        {
            output.WriteLine($"account {account.Tag}: {account.Requests} requests, {account.BytesRead} bytes read, {account.BytesWritten} written");
        }
    }

    /// <summary>One JSON object.</summary>
    internal void WriteJson(TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            WriteKernel(json, probe.Kernel());
            Array(json, "engines", probe.Read<Aio2ProbeEngine>(Aio2Probe.Engines), engine =>
            {
                json.WriteString("name", ProbeReader.Text(engine.Name, 16));
                json.WriteBoolean("usable", engine.Usable != 0);
                json.WriteBoolean("chosen", engine.Chosen != 0);
                json.WriteString("why", ProbeReader.Text(engine.Why, 64));
            });
            Array(json, "operations", probe.Read<Aio2ProbeOp>(Aio2Probe.Ops), op =>
            {
                json.WriteString("name", ProbeReader.Text(op.Name, 16));
                json.WriteNumber("opcode", op.Opcode);
                json.WriteNumber("iocb_flags", op.IocbFlags);
                json.WriteNumber("rw_flags", op.RwFlags);
            });
            Array(json, "attributes", probe.Read<Aio2ProbeAttr>(Aio2Probe.Attrs), attribute =>
            {
                json.WriteString("name", ProbeReader.Text(attribute.Name, 16));
                json.WriteNumber("type", attribute.Type);
                json.WriteNumber("direction", attribute.Direction);
                json.WriteNumber("in_min", attribute.InMin);
                json.WriteNumber("in_size", attribute.InSize);
                json.WriteNumber("out_size", attribute.OutSize);
                json.WriteNumber("opcodes", attribute.Opcodes);
            });
            Array(json, "syscalls", probe.Read<Aio2ProbeSyscall>(Aio2Probe.Syscalls), call =>
            {
                json.WriteString("name", ProbeReader.Text(call.Name, 24));
                json.WriteNumber("nr", call.Nr);
            });
            Array(json, "accounts", probe.Read<Aio2ProbeAccount>(Aio2Probe.Accounts), account =>
            {
                json.WriteNumber("tag", account.Tag);
                json.WriteNumber("requests", account.Requests);
                json.WriteNumber("bytes_read", account.BytesRead);
                json.WriteNumber("bytes_written", account.BytesWritten);
            });
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void WriteKernel(Utf8JsonWriter json, Aio2ProbeKernel kernel)
    {
        json.WriteNumber("version_min", kernel.VersionMin);
        json.WriteNumber("version_max", kernel.VersionMax);
        json.WriteString("engine", ProbeReader.Text(kernel.Engine, 16));
        json.WriteString("spec_hash", Convert.ToHexStringLower(new ReadOnlySpan<byte>(kernel.SpecHash, 32)));
        json.WriteNumber("setup_flags", kernel.SetupFlags);
        json.WriteNumber("features", kernel.Features);
        json.WriteNumber("ring_bytes_min", kernel.RingBytesMin);
        json.WriteNumber("ring_bytes_max", kernel.RingBytesMax);
        json.WriteNumber("event_max", kernel.EventMax);
        json.WriteNumber("iocb_max", kernel.IocbMax);
        json.WriteNumber("submit_max", kernel.SubmitMax);
        json.WriteString("user_memory", Aio2UserMemory.NameOf(kernel.UserMemory));
        json.WriteNumber("reqs_ceiling", kernel.ReqsCeiling);
        json.WriteNumber("reqs_used", kernel.ReqsUsed);
    }

    private static void Array<T>(Utf8JsonWriter json, string name, List<T> records, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var record in records)
        {
            json.WriteStartObject();
            write(record);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Names(ulong bits, Func<ulong, string?> nameOf)
    {
        var names = Enumerable.Range(0, 64).Select(n => 1ul << n).Where(bit => (bits & bit) != 0)
            .Select(bit => nameOf(bit) ?? $"0x{bit:x}").ToList();
        return names.Count == 0 ? "none" : string.Join(' ', names);
    }

    private static string Opcodes(ulong mask) => string.Join(' ', Enumerable.Range(0, 64)
        .Where(n => (mask >> n & 1) != 0).Select(n => Aio2Op.NameOf((ushort)n) ?? n.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-14} {text}");
}
