using System.Security.Cryptography;
using System.Text;
using AioV2.Spec.Check;
using AioV2.Spec.Model;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AioV2.Spec.Parse;

/// <summary>Reads a spec. Every error has a line, a column and what was expected; a broken spec gives no document.</summary>
public static class SpecParser
{
    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="SpecException">The spec is broken; it holds every error found.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SpecDocument Load(string path) => Parse(File.ReadAllBytes(path), Path.GetFileName(path));

    /// <summary>Reads and checks a spec held in memory; <paramref name="file"/> is the name that errors give.</summary>
    /// <exception cref="SpecException">The spec is broken; it holds every error found.</exception>
    public static SpecDocument Parse(ReadOnlySpan<byte> utf8, string file)
    {
        var document = ParseUnchecked(utf8, file);
        var errors = SpecChecks.Run(document);
        return errors.Count == 0 ? document : throw new SpecException(errors);
    }

    /// <summary>Reads a spec's form only: names may refer to nothing and layouts may have holes (for lint and diff).</summary>
    /// <exception cref="SpecException">The text is not a spec.</exception>
    public static SpecDocument ParseUnchecked(ReadOnlySpan<byte> utf8, string file)
    {
        var document = ParseAnyway(utf8, file, out var errors);
        return errors.Count == 0 ? document : throw new SpecException(errors);
    }

    /// <summary>Reads whatever can be read: what does not fit is an error and stands in the document as its text, or as a neutral value (for lint).</summary>
    /// <exception cref="SpecException">The text is not YAML.</exception>
    public static SpecDocument ParseAnyway(ReadOnlySpan<byte> utf8, string file, out IReadOnlyList<SpecError> formErrors)
    {
        var errors = new ErrorList(file);
        var hash = Convert.ToHexStringLower(SHA256.HashData(utf8));
        var root = ReadYaml(utf8, errors);
        errors.ThrowIfAny();
        var document = new SpecReader(new MapReader(root!, SpecRules.Root, errors), file, hash, errors).Read();
        formErrors = errors.InOrder;
        return document;
    }

    private static YamlNode? ReadYaml(ReadOnlySpan<byte> utf8, ErrorList errors)
    {
        var stream = new YamlStream();
        Scanner? scanner = null;
        try
        {
            scanner = new Scanner(new StringReader(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8)));
            stream.Load(new BoundedParser(new YamlDotNet.Core.Parser(scanner)));
        }
        catch (YamlException e)
        {
            errors.Add(new SpecPosition((int)e.Start.Line, (int)e.Start.Column), $"expected valid YAML: {e.InnerException?.Message ?? e.Message}");
            return null;
        }
        catch (InvalidOperationException) when (scanner is not null)
        {
            // A plain text that is cut off inside a flow mapping: the library has no words for it.
            errors.Add(new SpecPosition((int)scanner.CurrentPosition.Line, (int)scanner.CurrentPosition.Column), "expected valid YAML: a text is not ended here");
            return null;
        }
        catch (DecoderFallbackException e)
        {
            errors.Add(SpecPosition.Start, $"expected UTF-8 text, found the byte 0x{e.BytesUnknown?[0]:x2} at index {e.Index}");
            return null;
        }
        if (stream.Documents.Count == 1)
            return stream.Documents[0].RootNode;
        var second = stream.Documents.ElementAtOrDefault(1)?.RootNode;
        errors.Add(second is null ? SpecPosition.Start : MapReader.PositionOf(second),
            $"expected one YAML document, found {stream.Documents.Count}");
        return null;
    }
}
