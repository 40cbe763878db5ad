[assembly: AssemblyFixture(typeof(AioV2.Pages.Tests.Browser))]
[assembly: AssemblyFixture(typeof(AioV2.Pages.Tests.ExploredSpec))]
