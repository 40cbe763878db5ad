using AioV2.Spec.Generate.Syzlang;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate;

/// <summary>Everything that is made from a spec (ABI-3). The same spec gives the same bytes, on any machine.</summary>
public static class SpecGenerators
{
    /// <summary>Path of the spec from the root of the repository.</summary>
    public const string SpecPath = "Spec/aio2.yaml";

    /// <summary>Path of the ABI document from the root of the repository.</summary>
    public const string DocumentPath = "io_setup2.md";

    /// <summary>The C header <c>linux/aio2_abi.h</c>: constants and structs (ABI-1).</summary>
    public static string Header(SpecDocument spec) => CHeader.Generate(spec);

    /// <summary>The C header <c>aio2_calls.h</c>: prototypes and the texts of the reason codes.</summary>
    public static string CallsHeader(SpecDocument spec) => CCallsHeader.Generate(spec);

    /// <summary>The JSON schema of the spec language, for editors. It depends on no spec.</summary>
    public static string Schema() => JsonSchema.Generate();

    /// <summary>The C# of <c>Abi/Generated</c>.</summary>
    public static IReadOnlyList<GeneratedFile> CSharp(SpecDocument spec) =>
    [
        new("Abi/Generated/Constants.g.cs", CSharpConstants.Generate(spec)),
        new("Abi/Generated/Errno.g.cs", CSharpErrno.Generate(spec)),
        new("Abi/Generated/Structs.g.cs", CSharpStructs.Generate(spec)),
        new("Abi/Generated/Catalog.g.cs", CSharpCatalog.Generate(spec)),
        .. spec.Trace is { } trace ? [new GeneratedFile("Abi/Generated/Trace.g.cs", CSharpTrace.Generate(trace))] : Array.Empty<GeneratedFile>(),
    ];

    /// <summary>The tables of the ABI document, one after the other, without its prose.</summary>
    public static string Tables(SpecDocument spec) =>
        string.Join('\n', MarkdownTables.Regions.Select(region => $"### {region}\n\n{MarkdownTables.Generate(spec, region)}"));

    /// <summary>The ABI document with its tables made anew; the prose stays.</summary>
    /// <exception cref="SpecException">The document lacks a region, or has one that is unknown or not closed.</exception>
    public static string Document(SpecDocument spec, string document) =>
        MarkdownRegions.Update(document, DocumentPath, MarkdownTables.Regions, region => MarkdownTables.Generate(spec, region));

    /// <summary>The manual pages: one for each call, and <c>aio2(7)</c>; the rules' texts come from the ABI document.</summary>
    /// <exception cref="SpecException">The document lacks the text of a requirement.</exception>
    public static IReadOnlyList<GeneratedFile> Manual(SpecDocument spec, string document) => [.. ManPages.Generate(spec, document)];

    /// <summary>The descriptions for syzkaller: all calls, iocbs with their attributes, events with their returns.</summary>
    /// <exception cref="SpecException">The spec lacks one of the structs that they are made with.</exception>
    public static string Syzlang(SpecDocument spec) => SyzlangFile.Generate(spec);

    /// <summary>Every generated file of the repository at <paramref name="root"/>; reads the ABI document there.</summary>
    /// <exception cref="SpecException">The ABI document's regions are broken.</exception>
    /// <exception cref="IOException">The ABI document cannot be read.</exception>
    public static IReadOnlyList<GeneratedFile> All(SpecDocument spec, string root) =>
    [
        .. CSharp(spec),
        new("Attributes/Generated/AttributePayload.g.cs", CSharpPayloads.Generate(spec)),
        new("Kernel/Generated/AttributeHandlers.g.cs", CSharpHandlers.Generate(spec)),
        new("Spec/include/linux/aio2_abi.h", Header(spec)),
        new("Spec/include/aio2_calls.h", CallsHeader(spec)),
        .. Manual(spec, File.ReadAllText(Path.Combine(root, DocumentPath))),
        new(SyzlangFile.Path, Syzlang(spec)),
        new("Spec/aio2.schema.json", Schema()),
        new(DocumentPath, Document(spec, File.ReadAllText(Path.Combine(root, DocumentPath)))),
    ];

    /// <summary>The root of the repository that a folder lies in, or null: the folder with <c>AioV2.sln</c>.</summary>
    public static string? FindRoot(string from)
    {
        var folder = new DirectoryInfo(from);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AioV2.sln")))
            folder = folder.Parent;
        return folder?.FullName;
    }
}
