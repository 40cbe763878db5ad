using System.Reflection;
using System.Runtime.Versioning;
using AioV2.Abi;

namespace AioV2.NetStandard.Tests;

public sealed class BuildTests
{
    [Fact]
    public void It_is_the_netstandard_build_that_runs_here()
    {
        Assembly[] assemblies = [typeof(Iocb2).Assembly, Assembly.Load("AioV2.Attributes")];

        Assert.All(assemblies, a =>
            Assert.Equal(".NETStandard,Version=v2.0", a.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName));
    }

    [Fact]
    public void It_has_the_codecs_and_neither_ring_nor_calls()
    {
        string?[] folders = [.. typeof(Iocb2).Assembly.GetExportedTypes().Select(t => t.Namespace).Distinct()];

        Assert.Contains("AioV2.Abi.Codecs", folders);
        Assert.DoesNotContain("AioV2.Abi.Ring", folders);
        Assert.DoesNotContain("AioV2.Abi.Calls", folders);
    }
}
