using AioV2.Abi;
using AioV2.Kernel;
using AioV2.UserLib;
using AioV2.UserLib.Returns;

// What a program does that has the packages and nothing else of this repository.
using var kernel = EmbeddedKernel.Create();
var path = Path.GetTempFileName();
try
{
    await using var aio = AioContext.Open(kernel);
    using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
    var attributes = AioAttributes.None.WithTiming().WithChecksum();
    var wrote = await aio.WriteAsync(file, "123456789"u8.ToArray(), 0, attributes);
    var buffer = new byte[64];
    var read = await aio.ReadAsync(file, buffer, 0, attributes);
    Console.WriteLine($"read {read.Bytes} crc {read.Get<ChecksumReturn>().Checksum:x8} same {read.Get<ChecksumReturn>() == wrote.Get<ChecksumReturn>()}");

    await using var batches = AioContext.Open(kernel);
    using var batch = new AioBatch();
    batch.Nop(1);
    batch.Nop(2);
    batches.Submit(batch);
    await foreach (var completion in batches.ReadCompletionsAsync())
    {
        Console.WriteLine($"event {completion.UserData}");
        if (completion.UserData == 2)
        {
            break;
        }
    }

    Console.WriteLine($"memory {Aio2UserMemory.NameOf(About(kernel).UserMemory)}");
}
finally
{
    File.Delete(path);
}

static unsafe Aio2ProbeKernel About(EmbeddedKernel kernel)
{
    Aio2ProbeKernel about;
    var answer = kernel.Probe(Aio2Probe.Kernel, &about, Aio2ProbeKernel.SizeOf);
    return answer < 0 ? throw new Aio2Exception("io_probe2", (int)-answer) : about;
}
