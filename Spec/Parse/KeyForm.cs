using System.Text.RegularExpressions;

namespace AioV2.Spec.Parse;

/// <summary>What the value of a key looks like, for the parser's messages and for the JSON schema alike.</summary>
/// <param name="Expected">In words, as an error gives it: "expected …".</param>
/// <param name="Shape">The kind of YAML value.</param>
/// <param name="Pattern">For text: the regular expression it matches, anchored.</param>
internal sealed record KeyForm(string Expected, KeyShape Shape, string? Pattern = null)
{
    private const string Scalar = "u8|u16|u32|s32|u64|s64";

    public static readonly KeyForm Text = new("one line of printable ASCII without \"*/\"", KeyShape.Text, @"^(?!.*\*/)[ -~]+$");
    public static readonly KeyForm LintRule = new("the id of a rule of lint such as no-size", KeyShape.Text, "^[a-z][a-z0-9-]*$");
    public static readonly KeyForm Macro = new("a C macro name that starts with AIO2_", KeyShape.Text, "^AIO2_[A-Z][A-Z0-9_]*$");
    public static readonly KeyForm Prefix = new("a C prefix such as AIO2_SETUP_", KeyShape.Text, "^AIO2_([A-Z0-9]+_)+$");
    public static readonly KeyForm Upper = new("a name in upper case", KeyShape.Text, "^[A-Z][A-Z0-9_]*$");
    public static readonly KeyForm Lower = new("a name in lower case", KeyShape.Text, "^[a-z][a-z0-9_]*$");
    public static readonly KeyForm Pascal = new("a C# name in Pascal case", KeyShape.Text, "^[A-Z][A-Za-z0-9]*$");
    public static readonly KeyForm Requirement = new("a requirement id such as RING-8", KeyShape.Text, "^[A-Z]+-[1-9][0-9]*$");
    public static readonly KeyForm Errno = new("an errno such as EINVAL", KeyShape.Text, "^E[A-Z0-9]+$");
    public static readonly KeyForm ScalarType = new("one of u8, u16, u32, s32, u64, s64", KeyShape.Text, $"^({Scalar})$");

    public static readonly KeyForm FieldType = new(
        "u8, u16, u32, s32, u64 or s64, or a fixed array of them such as u64[3] (no pointer, long or enum: ABI-1, ABI-2)",
        KeyShape.Text, $@"^({Scalar})(\[[1-9][0-9]*\])?$");

    public static readonly KeyForm ArgType = new(
        "u32, u64, size_t or aio2_context_t, or a pointer to u64, void or a struct",
        KeyShape.Text, @"^(u32|u64|size_t|aio2_context_t|(const )?(void|u64|struct [a-z][a-z0-9_]*) \*)$");

    public static readonly KeyForm Number = new("a number, decimal or 0x…, from 0 to 2^64 - 1", KeyShape.Number);
    public static readonly KeyForm Bool = new("true or false", KeyShape.Bool);
    public static readonly KeyForm UpperNames = new("a list of names in upper case", KeyShape.Names, Upper.Pattern);
    public static readonly KeyForm LowerNames = new("a list of names in lower case", KeyShape.Names, Lower.Pattern);
    public static readonly KeyForm AllOrNames = new("all, or a list of names in upper case", KeyShape.AllOrNames, Upper.Pattern);
    public static readonly KeyForm ErrnoOrZero = new("an errno such as EINVAL, or 0", KeyShape.TextOrZero, Errno.Pattern);

    private readonly Regex? regex = Pattern is null ? null : new Regex(Pattern, RegexOptions.CultureInvariant);

    /// <summary>Words that a value is one of.</summary>
    public static KeyForm Choice(params string[] words) =>
        new($"one of {string.Join(", ", words)}", KeyShape.Text, $"^({string.Join('|', words)})$");

    /// <summary>Whether a text, or one name of a list, has this form.</summary>
    public bool Matches(string text) => ReferenceEquals(this, Text) ? IsLine(text) : regex is null || (!text.Contains('\n') && regex.IsMatch(text));

    /// <summary>What the pattern of <see cref="Text"/> says; a spec holds a thousand such lines, and interpreting the pattern is slow.</summary>
    private static bool IsLine(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("*/", StringComparison.Ordinal);
}
