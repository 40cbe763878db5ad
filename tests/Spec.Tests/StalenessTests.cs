using System.Security.Cryptography;
using AioV2.Abi;
using AioV2.Spec.Generate;
using AioV2.Spec.Parse;
using AioV2.Tests;

namespace AioV2.Spec.Tests;

public sealed class StalenessTests
{
    [Fact, Requirement("ABI-3")]
    public void What_is_checked_in_is_what_the_spec_gives()
    {
        var files = SpecGenerators.All(Repository.Spec, Repository.Root);

        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            Assert.True(File.Exists(Repository.At(file.Path)), $"{file.Path} is missing: dotnet run --project Spec");
            Assert.True(File.ReadAllText(Repository.At(file.Path)) == file.Text, $"{file.Path} is stale: dotnet run --project Spec");
        }
    }

    [Fact, Requirement("ABI-3")]
    public void Nothing_else_lies_in_a_folder_of_generated_files()
    {
        var made = SpecGenerators.All(Repository.Spec, Repository.Root).Select(f => Repository.At(f.Path)).ToHashSet();

        string[] folders = ["Abi/Generated", "Attributes/Generated", "Spec/man", "Spec/syzlang"];
        Assert.All(folders.SelectMany(folder => Directory.GetFiles(Repository.At(folder))), file => Assert.Contains(file, made));
    }

    [Fact, Requirement("ABI-3")]
    public void The_compiled_hash_is_that_of_the_spec() =>
        Assert.Equal(Aio2.SpecHash, Convert.ToHexStringLower(SHA256.HashData(Repository.SpecBytes)));

    [Fact, Requirement("ABI-3")]
    public void The_same_spec_gives_the_same_bytes()
    {
        var again = SpecParser.Parse(Repository.SpecBytes, "aio2.yaml");

        Assert.Equal(SpecGenerators.All(Repository.Spec, Repository.Root), SpecGenerators.All(again, Repository.Root));
    }
}
