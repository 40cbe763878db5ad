using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>What the tests' own program does when it is started to be killed: writes to a protected file until it dies.</summary>
internal static unsafe partial class CrashChild
{
    /// <summary>Environment: the file, the generation to begin with, and the life after the first write, µs of processor time.</summary>
    public const string FileVariable = "AIO2_PI_CRASH_FILE", GenerationVariable = "AIO2_PI_CRASH_GENERATION", LifeVariable = "AIO2_PI_CRASH_LIFE";

    public const int Intervals = 96;

    public static readonly PiFormat Format = new(PiType.Type1, PiGuard.Crc64, 4096);

    /// <summary>What an interval holds after the write of a generation: every word of it tells both.</summary>
    public static void Stamp(Span<byte> interval, int number, uint generation) =>
        MemoryMarshal.Cast<byte, ulong>(interval).Fill(((ulong)generation << 32) | (uint)number);

    /// <summary>The generation that an interval holds, or -1 where it is a mixture or another interval.</summary>
    public static long GenerationOf(ReadOnlySpan<byte> interval, int number)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(interval);
        return words.ContainsAnyExcept(words[0]) || (uint)words[0] != number ? -1 : (long)(words[0] >> 32);
    }

#pragma warning disable CA2255 // The test program is also its own victim: this stands where Main cannot be had.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { } path)
        {
            Write(path, Number(GenerationVariable), Number(LifeVariable));
        }
    }

    private static uint Number(string variable) =>
        uint.Parse(Environment.GetEnvironmentVariable(variable)!, System.Globalization.CultureInfo.InvariantCulture);

    // SIGKILL from the kernel, once the process has used that much: load on the machine does not shift where it strikes.
    private static void ArmKill(uint microseconds)
    {
        const int ProcessCpuTime = 2, SigKill = 9;
        var signal = stackalloc int[16];
        new Span<int>(signal, 16).Clear();
        signal[2] = SigKill;
        nint timer;
        var spec = stackalloc long[4] { 0, 0, 0, microseconds * 1000L };
        if (timer_create(ProcessCpuTime, signal, &timer) != 0 || timer_settime(timer, 0, spec, null) != 0)
        {
            Environment.FailFast("no timer");
        }
    }

    private static void Write(string path, uint generation, uint life)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.Threads, Policy = UserMemoryPolicy.Direct });
        var parameters = default(Aio2Params);
        _ = kernel.Setup(Aio2.Version, 0, &parameters, (nuint)sizeof(Aio2Params));
        var fd = Libc.Open(path, Libc.O_RDWR);
        var random = new Random((int)generation);
        var events = stackalloc byte[4096];
        var isArmed = false;
        fixed (byte* data = GC.AllocateUninitializedArray<byte>(Intervals * 4096, pinned: true),
            tuples = GC.AllocateUninitializedArray<byte>(Intervals * 16, pinned: true))
        {
            while (true)
            {
                var first = random.Next(Intervals);
                var count = 1 + random.Next(Intervals - first);
                for (var i = 0; i < count; i++)
                {
                    Stamp(new Span<byte>(data + (i * 4096), 4096), first + i, generation);
                }

                T10Pi.Generate(Format, new ReadOnlySpan<byte>(data, count * 4096), new Span<byte>(tuples, count * 16), (ulong)first, 7);
                var attribute = new Aio2AttrPi
                {
                    Flags = PiFile.AllChecks, AppTag = 7, Len = (uint)(count * 16), Addr = (ulong)tuples, Seed = (ulong)first,
                };
                var iocb = new Iocb2 { Opcode = Aio2Op.Pwrite, Fd = fd, Addr = (ulong)data, Len = (ulong)(count * 4096), Offset = first * 4096L };
                fixed (byte* record = PiFile.Join(iocb, attribute))
                {
                    var submitted = kernel.Submit(parameters.Ctx, record, 88, null);
                    var got = kernel.GetEvents(parameters.Ctx, events, 4096, 1, null, 0);
                    if (submitted != 88 || got <= 0 || ((IoEvent2*)events)->Res != count * 4096)
                    {
                        Environment.FailFast($"submit {submitted}, events {got}, result {((IoEvent2*)events)->Res}");
                    }
                }

                generation++;
                if (!isArmed)
                {
                    isArmed = true;
                    ArmKill(life);
                }
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int timer_create(int clock, int* signal, nint* timer);

    [LibraryImport("libc")]
    private static partial int timer_settime(nint timer, int flags, long* spec, long* old);
}
