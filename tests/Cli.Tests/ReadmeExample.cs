using AioV2.Kernel;
using AioV2.UserLib;
using AioV2.UserLib.Returns;

namespace AioV2.Cli.Tests;

internal static class ReadmeExample
{
    public static async Task RunAsync(string path, TextWriter output)
    {
        using var kernel = EmbeddedKernel.Create();
        await using var aio = AioContext.Open(kernel);
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
        var attributes = AioAttributes.None.WithTiming().WithChecksum();

        var wrote = await aio.WriteAsync(file, "hello, ring"u8.ToArray(), 0, attributes);
        var buffer = new byte[64];
        var read = await aio.ReadAsync(file, buffer, 0, attributes);

        var sum = read.Get<ChecksumReturn>();
        var took = read.Get<TimingReturn>().LatencyNanoseconds;
        output.WriteLine($"{read.Bytes} bytes, CRC-32C {sum.Checksum:x8}, {took} ns");
        output.WriteLine(sum == wrote.Get<ChecksumReturn>() ? "as written" : "changed");
    }
}
