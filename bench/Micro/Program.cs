using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(AioV2.Bench.Micro.CodecBenchmarks).Assembly).Run(args);
