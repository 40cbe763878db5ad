using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Generate;
using AioV2.Conformance.Model;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Tests;

/// <summary>Sequences survive their codec, and print as C that compiles against the generated header.</summary>
public sealed class CProgramTests
{
    private static List<Step> Sequence(ulong seed)
    {
        var model = new AioModel(Capabilities.Everything);
        var steps = new List<Step> { MetaArrays.Poke };
        Prediction.Move(model, MetaArrays.Poke);
        for (ulong i = 0; i < 30; i++)
        {
            var step = StepGenerator.Next(model, seed * 1000 + i);
            steps.Add(Prediction.Lower(model, step));
            Prediction.Move(model, step);
        }

        return steps;
    }

    [Fact]
    public void Every_generated_step_comes_back_from_its_codec()
    {
        var kinds = new HashSet<Type>();
        for (ulong seed = 1; seed < 60; seed++)
        {
            foreach (var step in Sequence(seed))
            {
                kinds.Add(step.GetType());
                using var stream = new MemoryStream();
                using var writer = new BinaryWriter(stream);
                StepCodec.Write(writer, step);
                stream.Position = 0;
                using var reader = new BinaryReader(stream);
                Assert.Equal(StepText.Of(step), StepText.Of(StepCodec.Read(reader)));
                Assert.Equal(stream.Length, stream.Position);
            }
        }

        Assert.Equal(typeof(Step).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(Step))), kinds.Count);
    }

    [Fact]
    public void A_sequence_prints_as_C_that_compiles_and_runs()
    {
        string stub = Gcc.Compile("links", File.ReadAllText(Path.Combine(Gcc.Root, "tests", "c", "conform_stub.c")), "-shared", "-fPIC");
        for (ulong seed = 1; seed < 4; seed++)
        {
            string program = Gcc.Compile($"sequence{seed}", CProgram.Of(Sequence(seed)), stub);

            var (code, text) = Gcc.Run(program);

            Assert.True(code == 0, text);
            Assert.Contains("io_setup2 = -12", text);
        }
    }
}
