[assembly: AssemblyFixture(typeof(AioV2.Pages.Tests.Browser))]
