using System.Text;
using AioV2.Spec.Lint;
using AioV2.Tests;

namespace AioV2.Spec.Tests;

[Requirement("ABI-1", "ABI-2", "ABI-4")]
public sealed class LintRuleTests
{
    private const string Size = "{name: size, type: u32, doc: x}\n";
    private const string Wide = "{name: size, type: u32, doc: x}\n{name: a, type: u32, doc: x}\n";

    private static readonly LintCase[] All =
    [
        LintCase.Struct("padding", 16, $"¦{Wide}{{name: b, type: u64, doc: x}}\n{{name: c, type: u32, doc: x}}", $"{Wide}{{name: b, type: u64, doc: x}}", "ends with 4 bytes of implicit padding at offset 20"),
        LintCase.Struct("hole", 8, $"{Size}{{name: a, type: u8, doc: x}}\n¦{{name: b, type: u16, doc: x}}", $"{Size}{{name: a, type: u16, doc: x}}\n{{name: b, type: u16, doc: x}}", "1 byte of aio2_probed at offset 5, before 'b', belong to no field"),
        LintCase.Struct("u64-align", 24, $"{Wide}{{name: b, type: u32, doc: x}}\n¦{{name: c, type: u64, doc: x}}", $"{Wide}{{name: b, type: u64, doc: x}}\n{{name: c, type: u64, doc: x}}", "would begin at offset 12: put 4 bytes of reserved fields before it"),
        LintCase.Struct("long", 16, $"{Wide}{{name: b, type: ¦long, doc: x}}", $"{Wide}{{name: b, type: s64, doc: x}}", "'b' is 'long', whose width is that of the machine's word: make it u64"),
        LintCase.Struct("long", 16, $"{Wide}{{name: b, type: ¦\"size_t[1]\", doc: x}}", $"{Wide}{{name: b, type: \"u64[1]\", doc: x}}", "'size_t[1]'"),
        LintCase.Struct("long", 8, $"{Size}{{name: b, type: ¦unsigned int, doc: x}}", $"{Size}{{name: b, type: u32, doc: x}}", "whose width C leaves open: make it u32"),
        LintCase.Struct("pointer", 16, $"{Wide}{{name: b, type: ¦\"void *\", doc: x}}", $"{Wide}{{name: b, type: u64, doc: x}}", "a pointer: make it u64"),
        LintCase.Struct("enum", 8, $"{Size}{{name: b, type: ¦enum colour, doc: x}}", $"{Size}{{name: b, type: u32, doc: x}}", "'b' is 'enum colour'"),
        LintCase.Struct("bit-field", 8, $"{Size}{{name: b, type: ¦\"u32:4\", doc: x}}", $"{Size}{{name: b, type: u32, doc: x}}", "a bit-field"),
        LintCase.Struct("flags-unknown", 8, $"{Size}{{name: flags, type: u32, doc: ¦Flags}}", $"{Size}{{name: flags, type: u32, doc: AIO2_WAIT_*}}", "'flags' of aio2_probed names no group of flags"),
        LintCase.Struct("flags-unknown", 8, $"{Size}{{name: more_flags, type: u32, doc: ¦RWF_*}}", $"{Size}{{name: flags, type: u32, doc: Zero}}", "'more_flags' of aio2_probed"),
        LintCase.Struct("reserved-zero", 8, $"{Size}¦{{name: pad2, type: u32, doc: x}}", $"{Size}{{name: reserved2, type: u32, reserved: true, doc: Zero}}", "reserved by its name only"),
        LintCase.Struct("reserved-zero", 8, $"{Size}¦{{name: spare, type: u32, doc: x}}", $"{Size}{{name: ware, type: u32, doc: x}}", "reserved by its name only"),
        LintCase.Struct("reserved-zero", 8, $"{Size}{{name: reserved, type: u32, reserved: true, doc: ¦Later}}", $"{Size}{{name: reserved, type: u32, reserved: true, doc: Must be zero}}", "does not tell a program"),
        LintCase.Roles("no-size", "aio2_probed grows, but neither", ("grows: ¦append", 8, "{name: a, type: u64, doc: x}"), ("grows: append, size_field: size, first_size: 8", 8, Wide)),
        LintCase.Roles("cannot-grow", "never grows, and nothing follows it", ("grows: ¦never", 8, "{name: a, type: u64, doc: x}"), ("grows: never, record: bytes", 8, "{name: bytes, type: u32, doc: a multiple of 8}\n{name: a, type: u32, doc: x}")),
        LintCase.Roles("record-align", "has 12 bytes", ("grows: append, size_field: size, first_size: 8", 12, $"{Wide}{{name: b, type: u32, doc: x}}"), ("grows: append, size_field: size, first_size: 8", 16, $"{Wide}{{name: b, type: \"u32[2]\", doc: x}}")),
        LintCase.Roles("record-align", "does not say what it is a multiple of", ("grows: never, record: bytes", 8, "{name: bytes, type: u32, doc: ¦x}\n{name: a, type: u32, doc: x}"), ("grows: never, record: bytes", 8, "{name: bytes, type: u32, doc: a multiple of 8}\n{name: a, type: u32, doc: x}")),
        LintCase.Roles("record-align", "first published with 4 bytes", ("grows: append, size_field: size, first_size: ¦4", 8, Wide), ("grows: append, size_field: size, first_size: 8", 8, Wide)),
        LintCase.Struct("name", 8, $"{Size}{{name: ¦class, type: u32, doc: x}}", $"{Size}{{name: kind, type: u32, doc: x}}", "keyword"),
        LintCase.Struct("name", 8, $"{Size}{{name: ¦fooBar, type: u32, doc: x}}", $"{Size}{{name: foo_bar, type: u32, doc: x}}", "not lower case"),
        LintCase.Struct("name", 8, $"{Size}{{name: ¦later, type: u32, reserved: true, doc: Zero}}", $"{Size}{{name: reserved, type: u32, reserved: true, doc: Zero}}", "let its name begin with 'reserved'"),
        LintCase.Roles("name", "does what 'size' does", ("grows: append, size_field: ¦length, first_size: 8", 8, "{name: length, type: u32, doc: x}\n{name: a, type: u32, doc: x}"), ("grows: append, size_field: size, first_size: 8", 8, Wide)),
    ];

    private static readonly LintCase[] Elsewhere =
    [
        new("false-sharing", "{name: reserved1, type: \"u64[7]\", reserved: true, line: constants, doc: \"Zero\"}\n      - {name: tail, type: u64, line: kernel",
            "{name: reserved1, type: \"u64[5]\", reserved: true, line: constants, doc: \"Zero\"}\n      - {name: lock, type: u64, line: constants, doc: x}\n      - {name: mark, type: u64, line: ¦kernel, doc: x}\n      - {name: tail, type: u64, line: kernel",
            "{name: reserved1, type: \"u64[6]\", reserved: true, line: constants, doc: \"Zero\"}\n      - {name: lock, type: u64, line: constants, doc: x}\n      - {name: tail, type: u64, line: kernel", "lie both in bytes 0 to 127"),
        new("false-sharing", "{name: reserved1, type: \"u64[14]\"", "{name: reserved1, type: \"u64[13]\"", "{name: reserved1, type: \"s64[14]\"", "shares its last pair of lines"),
        new("flags-unknown", "  unknown: \"-EOPNOTSUPP (SUBMIT-7)\"\n", "", "  unknown: \"-EINVAL\"\n", "do not say what an unknown bit does"),
        new("flags-unknown", "unknown: \"-EINVAL (SETUP-2)\"", "unknown: ¦\"Ignored\"", "unknown: \"-EINVAL\"", "unknown bits of AIO2_SETUP_* are ignored"),
        new("flags-unknown", "{name: flags, type: u32, doc: \"AIO2_CANCEL_*\"}", "{name: flags, type: u32, doc: ¦\"How\"}", "{name: flags, type: u32, doc: \"0\"}", "'flags' of io_cancel2"),
        new("collision", "{name: GET_RING, value: 2,", "{name: GET_RING, value: ¦1,", "{name: GET_RING, value: 9,", "AIO2_CTL_GET_RING and AIO2_CTL_RESIZE are both 0x1"),
        new("collision", "{name: SINGLE_REAPER, bit: 1,", "{name: SINGLE_REAPER, bit: ¦0,", "{name: SINGLE_REAPER, bit: 30,", "are both 0x1"),
        new("collision", "name: AIO2_ALIGN,", "name: ¦AIO2_VEC_MAX,", "name: AIO2_UNIT,", "the macro AIO2_VEC_MAX is defined at line"),
        new("collision", "prefix: AIO2_PI_FAILED_", "prefix: ¦AIO2_CHECKSUM_", "prefix: AIO2_PI_WRONG_", "pi_checks and checksums give the same numbers"),
        new("collision", "{name: ENOENT, value: 2,", "{name: ENOENT, value: ¦1,", "{name: ENOENT, value: 3,", "ENOENT and EPERM are both 1"),
        new("collision", "driver_base: 0x8000", "driver_base: 10", "driver_base: 11", "RETRY is 10, one of the drivers' own types"),
        new("record-align", "name: AIO2_ALIGN, type: u32, value: 8", "name: AIO2_ALIGN, type: u32, value: ¦4", "name: AIO2_ALIGN, type: u32, value: 16", "must be a multiple of 8"),
        new("name", "name: aio2_vec\n", "name: ¦vec\n", "name: aio2_segment\n", "lacks the prefix 'aio2_'"),
        new("name", "{name: AIO2_ALIGN,", "{name: ¦ALIGN,", "{name: AIO2_UNIT,", "is not upper case with the prefix 'AIO2_'"),
        new("name", "prefix: AIO2_USER_MEMORY_", "prefix: ¦MEMORY_", "prefix: AIO2_MEMORY_", "'MEMORY_'"),
        new("name", "{name: ABSTIME, bit: 0", "{name: ¦AbsTime, bit: 0", "{name: ABS_TIME, bit: 0", "make it upper case"),
        new("name", "- name: io_destroy2\n", "- name: ¦IoDestroy2\n", "- name: io_end2\n", "the call 'IoDestroy2' is not lower case"),
        new("name", "{name: what, type: u32, doc: \"AIO2_PROBE_*\"}", "{name: ¦register, type: u32, doc: \"AIO2_PROBE_*\"}", "{name: kind, type: u32, doc: \"AIO2_PROBE_*\"}", "the argument 'register'"),
        new("name", "out: aio2_ret_timing,", "in: ¦aio2_attr_deadline, out: aio2_ret_timing,", "out: aio2_ret_timing, ", "the payload of TIMING is 'aio2_attr_deadline': call it 'aio2_attr_timing'"),
        new("long", "{name: what, type: u32,", "{name: what, type: ¦unsigned long,", "{name: what, type: u64,", "the argument 'what' is 'unsigned long'"),
        new("enum", "{name: what, type: u32,", "{name: what, type: ¦enum what,", "{name: what, type: u32,", "the argument 'what' is an enum"),
        new("call-flags", "      - {name: event_bytes, type: size_t, doc: \"Room there\"}\n      - {name: flags, type: u32, doc: \"0\"}\n", "      - {name: event_bytes, type: size_t, doc: \"Room there\"}\n", "      - {name: event_bytes, type: size_t, doc: \"Room there\"}\n      - {name: flags, type: u64, doc: \"0\"}\n", "io_issue2 takes no flags"),
        new("call-registers", "      - {name: arg, type: u64, doc: \"Depends on op\"}\n", "      - {name: more, type: u32, doc: x}\n      - {name: ¦arg, type: u64, doc: \"Depends on op\"}\n", "      - {name: arg, type: u64, doc: \"Depends on op\"}\n      - {name: more, type: u64, doc: x}\n", "'arg' of io_ring_ctl2 is 64 bits wide and would begin at register 3"),
        new("call-registers", "  - name: io_setup2\n    csharp: Setup\n    doc: \"Makes a context\"\n    args:\n", "  - name: ¦io_setup2\n    csharp: Setup\n    doc: \"Makes a context\"\n    args:\n      - {name: a, type: u64, doc: x}\n      - {name: b, type: u32, doc: x}\n", "  - name: io_setup2\n    csharp: Setup\n    doc: \"Makes a context\"\n    args:\n      - {name: a, type: u64, doc: x}\n", "io_setup2 takes 7 registers"),
        new("needless-allow", "{name: sec, type: s64,", "{name: sec, type: s64, lint: [{allow: ¦pointer, why: x}],", "{name: sec, type: u64,", "'pointer' finds nothing here"),
        new("needless-allow", "    grows: append\n    size_field: size\n    doc: \"How long", "    grows: append\n    size_field: size\n    lint: [{allow: ¦weather, why: x}]\n    doc: \"How long", "    grows: append\n    size_field: size\n    doc: \"How long", "there is no rule 'weather'"),
        new("refused", "abi_version: 2", "abi_version: ¦two", "abi_version: 0x2", "expected a number"),
        new("refused", "in: aio2_attr_deadline", "in: aio2_attr_deadline, feature: ¦NONSENSE", "in: aio2_attr_deadline, feature: PI", "expected a flag of features"),
        new("refused", "size: 48\n", "size: ¦56\n", "size: 0x30\n", "expected size 48"),
    ];

    public static TheoryData<LintCase> Cases => [.. All, .. Elsewhere];

    [Theory, MemberData(nameof(Cases))]
    public void A_spec_that_breaks_one_rule_is_told_of_that_rule_alone_at_its_place(LintCase given)
    {
        var findings = given.Lint(bad: true).Findings;

        var finding = Assert.Single(findings);
        Assert.Equal(given.Rule, finding.Rule.Id);
        Assert.Contains(given.Says, finding.Message, StringComparison.Ordinal);
        if (given.Bad.Contains('¦'))
            Assert.Equal(given.Mark, finding.At);
        Assert.StartsWith($"case.yaml:{finding.At.Line}:{finding.At.Column}: {given.Rule}: ", finding.ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Its_like_that_keeps_the_rule_is_clean(LintCase given) => Assert.Empty(given.Lint(bad: false).Findings);

    [Fact]
    public void Every_rule_has_a_case_a_reason_and_a_source()
    {
        Assert.Equal(LintRules.All.Select(rule => rule.Id).Order(), Cases.Select(c => c.Data.Rule).Distinct().Order());
        Assert.Equal(LintRules.All.Count, LintRules.All.DistinctBy(rule => rule.Id).Count());
        Assert.All(LintRules.All, rule => Assert.All(new[] { rule.Asks, rule.Reason, rule.Source }, text => Assert.NotEmpty(text)));
    }

    [Fact]
    public void The_spec_itself_is_clean_and_each_exception_has_a_reason()
    {
        var report = SpecLint.Run(Repository.SpecBytes, "aio2.yaml");

        Assert.Empty(report.Findings);
        Assert.NotEmpty(report.Exceptions);
        Assert.All(report.Exceptions, exception => Assert.True(exception.Why!.Length > 30, $"{exception} has no reason to speak of"));
    }

    [Fact]
    public void An_exception_covers_its_declaration_and_no_other()
    {
        var text = Encoding.UTF8.GetString(Repository.SpecBytes);
        var vec = "  - name: aio2_vec\n";
        var more = text.Replace(vec, "  - name: aio2_vec2\n    size: 8\n    grows: never\n    doc: x\n    requirement: ABI-1\n    fields:\n      - {name: a, type: u64, doc: x}\n" + vec, StringComparison.Ordinal);

        Assert.Equal(["cannot-grow"], SpecLint.Run(Encoding.UTF8.GetBytes(more), "x").Findings.Select(f => f.Rule.Id));
    }

    [Fact]
    public void An_exception_from_a_rule_that_the_parser_has_too_leaves_the_spec_refused()
    {
        var text = Encoding.UTF8.GetString(Repository.SpecBytes).Replace("{name: opcode, type: u16,", "{name: opcode, type: long, lint: [{allow: long, why: x}],", StringComparison.Ordinal);

        var report = SpecLint.Run(Encoding.UTF8.GetBytes(text), "x");
        Assert.Contains(report.Exceptions, e => e.Rule == LintRules.Long);
        Assert.Contains(report.Findings, f => f.Rule == LintRules.Refused && f.Message.Contains("'long'", StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_is_told_at_once_in_the_order_of_the_file()
    {
        var text = Encoding.UTF8.GetString(Repository.SpecBytes)
            .Replace("abi_version: 2", "abi_version: two", StringComparison.Ordinal)
            .Replace("{name: sec, type: s64", "{name: sec, type: time_t", StringComparison.Ordinal)
            .Replace("      - {name: state, type: u16, doc: \"AIO2_REQUEST_*\"}\n", "", StringComparison.Ordinal)
            .Replace("{name: GET_RING, value: 2,", "{name: GET_RING, value: 1,", StringComparison.Ordinal);

        var report = SpecLint.Run(Encoding.UTF8.GetBytes(text), "x");
        Assert.Equal(["refused", "collision", "long", "u64-align"], report.Findings.Select(f => f.Rule.Id));
        Assert.Equal(report.Findings.OrderBy(f => f.At.Line), report.Findings);
    }
}
