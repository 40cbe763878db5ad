using AioV2.Cli.Explore;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Pages.Tests;

/// <summary>The page of the repository's spec, made once for all tests, in a folder of the build from which its links lead to the sources.</summary>
public sealed class ExploredSpec
{
    internal static string SpecPath { get; } = Path.Combine(Repository.Root, "Spec", "aio2.yaml");

    internal SpecDocument Spec { get; } = SpecParser.Load(SpecPath);

    internal string Page { get; }

    /// <summary>Without sources to link to.</summary>
    internal string Bare { get; }

    /// <summary>Makes both.</summary>
    public ExploredSpec()
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "explore")).FullName;
        Page = Path.Combine(folder, "abi.html");
        Bare = Path.Combine(folder, "bare.html");
        var whatIf = WhatIfTable.Of(Spec, CancellationToken.None);
        File.WriteAllText(Page, ExplorePage.Of(Spec, whatIf, SourceLinks.Of(Repository.Root, null, Page, Spec.Requirements.Select(r => r.Id))));
        File.WriteAllText(Bare, ExplorePage.Of(Spec, WhatIfTable.Of(Spec, CancellationToken.None), null));
    }
}
