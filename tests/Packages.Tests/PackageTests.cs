using System.IO.Compression;
using System.Xml.Linq;

namespace AioV2.Packages.Tests;

/// <summary>The packages hold what they promise, and a program needs nothing else.</summary>
public sealed class PackageTests(LocalFeed feed) : IClassFixture<LocalFeed>
{
    private static readonly string Framework = $"net{Environment.Version.Major}.0";

    public static TheoryData<string, string[], string[]> Promised => new()
    {
        { "Abi", [Framework, "netstandard2.0"], [] },
        { "Attributes", [Framework, "netstandard2.0"], ["AioV2.Abi"] },
        { "Kernel", [Framework], ["AioV2.Abi", "AioV2.Attributes"] },
        { "UserLib", [Framework], ["AioV2.Abi", "AioV2.Attributes"] },
    };

    [Theory, MemberData(nameof(Promised))]
    public void A_package_has_code_docs_symbols_and_a_readme_and_asks_for_no_more_than_it_uses(string name, string[] frameworks, string[] dependencies)
    {
        using var package = ZipFile.OpenRead(feed.Package(name, "nupkg"));
        using var symbols = ZipFile.OpenRead(feed.Package(name, "snupkg"));
        foreach (var framework in frameworks)
        {
            Assert.NotNull(package.GetEntry($"lib/{framework}/AioV2.{name}.dll"));
            Assert.NotNull(symbols.GetEntry($"lib/{framework}/AioV2.{name}.pdb"));
            using var docs = package.GetEntry($"lib/{framework}/AioV2.{name}.xml")!.Open();
            Assert.NotEmpty(XDocument.Load(docs).Descendants("member"));
        }

        var readme = Read(package, "README.md");
        Assert.StartsWith($"# AioV2.{name}\n", readme, StringComparison.Ordinal);

        var nuspec = XDocument.Parse(Read(package, $"AioV2.{name}.nuspec"));
        Assert.Equal("README.md", Value(nuspec, "readme"));
        Assert.Equal("MIT", Value(nuspec, "license"));
        Assert.NotEqual("Package Description", Value(nuspec, "description"));
        Assert.Equal(frameworks.Length, nuspec.Descendants().Count(element => element.Name.LocalName == "group"));
        var asked = nuspec.Descendants().Where(element => element.Name.LocalName == "group").First(Targets(Framework)).Elements();
        Assert.Equal(dependencies, asked.Select(dependency => dependency.Attribute("id")!.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_program_that_has_only_the_packages_does_its_io()
    {
        var folder = Directory.CreateDirectory(Path.Combine(feed.Folder, "consumer")).FullName;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Consumer", "Program.cs"), Path.Combine(folder, "Program.cs"));
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{feed.Feed}" /></packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """);
        var version = Path.GetFileNameWithoutExtension(feed.Package("UserLib", "nupkg"))["AioV2.UserLib.".Length..];
        File.WriteAllText(Path.Combine(folder, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>{Framework}</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="AioV2.UserLib" Version="{version}" />
                <PackageReference Include="AioV2.Kernel" Version="{version}" />
              </ItemGroup>
            </Project>
            """);

        var packages = Path.Combine(feed.Folder, "restored");
        await Dotnet.RunAsync(folder, packages, "build", "-o", "out", "-v", "quiet");
        Assert.Equal(
            ["aiov2.abi", "aiov2.attributes", "aiov2.kernel", "aiov2.userlib"],
            Directory.GetDirectories(packages).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        // 0xe3069283 is the check value of CRC-32C. The native copy routine must have come along with the package.
        var said = await Dotnet.RunAsync(folder, packages, "exec", "out/Consumer.dll");
        Assert.Equal("read 9 crc e3069283 same True\nevent 1\nevent 2\nmemory FIXUP\n", said);
    }

    private static Func<XElement, bool> Targets(string framework) => group => group.Attribute("targetFramework")!.Value == framework;

    private static string Value(XDocument nuspec, string name) => nuspec.Descendants().Single(element => element.Name.LocalName == name).Value;

    private static string Read(ZipArchive archive, string entry)
    {
        using var reader = new StreamReader(archive.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }
}
