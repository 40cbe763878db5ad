using System.Text;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;
using AioV2.Tests;

namespace AioV2.Spec.Tests;

/// <summary>Each case breaks the real spec in one place; the error must name that place and what was expected.</summary>
[Requirement("ABI-3")]
public sealed class ParserErrorTests
{
    private static readonly string Text = Encoding.UTF8.GetString(Repository.SpecBytes);

    // From, to: the first occurrence is replaced. The error must stand at the mark "¦" of the new text (removed before parsing).
    [Theory]
    // Form: keys and values.
    [InlineData("- {name: AIO2_VERSION,", "- {¦nmae: AIO2_VERSION,", "unknown key 'nmae' in this constant; expected one of name, type, value, doc, requirement")]
    [InlineData("- {name: AIO2_VERSION, type: u32,", "- ¦{name: AIO2_VERSION,", "expected the key 'type' in this constant: one of u8, u16, u32, s32, u64, s64")]
    [InlineData("- {name: AIO2_VERSION,", "- {name: ¦VERSION,", "expected a C macro name that starts with AIO2_ for 'name', found 'VERSION'")]
    [InlineData("value: 0x324f4941", "value: ¦many", "expected a number, decimal or 0x…, from 0 to 2^64 - 1 for 'value', found 'many'")]
    [InlineData("value: 0x324f4941", "value: ¦-5", "expected a number")]
    [InlineData("value: 0x324f4941", "value: ¦18446744073709551616", "expected a number")]
    [InlineData("value: 0x324f4941", "value: ¦\"7\"", "expected a number")]
    [InlineData("value: 0x324f4941", "value: ¦[7]", "found a list")]
    [InlineData("doc: \"The version that io_setup2 takes\"", "doc: ¦\"\"", "expected one line of printable ASCII")]
    [InlineData("doc: \"The version that io_setup2 takes\"", "doc: ¦\"ends */ early\"", "expected one line of printable ASCII without \"*/\"")]
    [InlineData("doc: \"The version that io_setup2 takes\"", "doc: ¦\"two\\nlines\"", "expected one line of printable ASCII")]
    [InlineData("doc: \"The version that io_setup2 takes\"", "doc: ¦{a: b}", "expected one line of printable ASCII without \"*/\" for 'doc', found a mapping")]
    [InlineData("title: Asynchronous", "title: ¦&x Asynchronous", "expected plain YAML without anchors and aliases")]
    [InlineData("constants:\n  - {name: AIO2_VERSION,", "constants:\n  - ¦text\n  - {name: AIO2_VERSION,", "expected a mapping with the keys of a constant (name, type, value, doc, requirement), found 'text'")]
    [InlineData("abi_version: 2", "abi_version: ¦9999999999", "expected at most 2147483647 for 'abi_version'")]
    [InlineData("vectored: true", "vectored: ¦yes", "expected true or false for 'vectored', found 'yes'")]
    [InlineData("direction: none", "direction: ¦sideways", "expected one of none, read, write for 'direction', found 'sideways'")]
    [InlineData("uses: [fd]", "uses: ¦fd", "expected a list of names in lower case for 'uses', found 'fd'")]
    [InlineData("uses: [fd]", "uses: [¦FD]", "expected a list of names in lower case for 'uses', found 'FD' in it")]
    [InlineData("kind: flags", "kind: ¦bits", "expected one of flags, enum for 'kind', found 'bits'")]
    [InlineData("{name: USER_REAP, bit: 0,", "{name: USER_REAP, value: ¦1,", "expected 'bit' and not 'value' here: the group holds flags")]
    [InlineData("{name: USER_REAP, bit: 0,", "¦{name: USER_REAP,", "expected the key 'bit' in this value")]
    [InlineData("{name: RESIZE, value: 1,", "{name: RESIZE, bit: ¦1,", "expected 'value' and not 'bit' here: the group holds numbers")]
    [InlineData("{name: USER_REAP, bit: 0,", "{name: USER_REAP, bit: ¦64,", "expected a bit number from 0 to 63, found 64")]
    [InlineData("name: bytes, type: u32", "name: bytes, type: ¦long", "expected u8, u16, u32, s32, u64 or s64, or a fixed array of them such as u64[3] (no pointer, long or enum: ABI-1, ABI-2) for 'type', found 'long'")]
    [InlineData("type: \"u64[3]\"", "type: ¦\"u64[]\"", "expected u8, u16")]
    [InlineData("type: \"u64[3]\"", "type: ¦\"u64 *\"", "expected u8, u16")]
    [InlineData("type: \"struct aio2_params *\"", "type: ¦\"struct aio2_params\"", "expected u32, u64, size_t or aio2_context_t, or a pointer to u64, void or a struct for 'type'")]
    [InlineData("errno: 0,", "errno: ¦5,", "expected an errno such as EINVAL, or 0 for 'errno', found '5'")]
    [InlineData("requirement: SETUP-1}", "requirement: ¦setup-1}", "expected a requirement id such as RING-8 for 'requirement', found 'setup-1'")]
    [InlineData("\nstructs:\n", "\n¦structures:\n", "unknown key 'structures' in this file")]
    [InlineData("groups:\n  - name: setup_flags", "groups: ¦none\nx:\n  - name: setup_flags", "expected a list of group mappings for 'groups', found 'none'")]
    // Names and values.
    [InlineData("AIO2_RING_VERSION,", "¦AIO2_VERSION,", "expected each C macro once: 'AIO2_VERSION' stands at line 13 already")]
    [InlineData("{name: SINGLE_REAPER, bit: 1,", "{name: ¦USER_REAP, bit: 1,", "expected each value of setup_flags once")]
    [InlineData("{name: SINGLE_REAPER, bit: 1,", "{name: SINGLE_REAPER, bit: ¦0,", "expected each value in setup_flags once: '1' stands at line")]
    [InlineData("{name: GET_RING, value: 2,", "{name: GET_RING, value: ¦1,", "expected each value in ctl_ops once: '1' stands at line")]
    [InlineData("{name: SINGLE_REAPER, bit: 1,", "{name: SINGLE_REAPER, bit: ¦32,", "expected a bit from 0 to 31: setup_flags is u32")]
    [InlineData("{name: SINGLE_REAPER, bit: 1,", "{name: ¦KNOWN, bit: 1,", "expected another name: 'Known' is taken in the C# class Aio2Setup")]
    [InlineData("csharp: Aio2Feat", "csharp: ¦Aio2Setup", "expected each C# type once: 'Aio2Setup' stands at line")]
    [InlineData("csharp: Aio2Feat", "csharp: Aio2Params", "expected each C# type once: 'Aio2Params' stands at line")]
    [InlineData("prefix: AIO2_FEAT_", "prefix: AIO2_SETUP_", "expected each C macro once: 'AIO2_SETUP_USER_REAP' stands at line")]
    [InlineData("name: AIO2_ALIGN, type: u32, value: 8", "name: AIO2_ALIGN, type: u8, value: ¦256", "expected a value that fits u8, found 256")]
    [InlineData("{name: PREAD, value: 1,", "{name: PREAD, value: ¦11,", "expected 1, found 11: operations are indexed by opcode")]
    [InlineData("{name: PI, value: 1,", "{name: PI, value: ¦0,", "expected 1, found 0: attributes are indexed by type, and type 0 is none (ATTR-1)")]
    [InlineData("driver_base: 0x8000", "driver_base: 10", "expected a type below driver_base 0xa: the rest is the drivers' own (ATTR-5)")]
    [InlineData("AIO2_VERSION, type: u32, value: 2", "AIO2_VERSION, type: u32, value: ¦3", "expected AIO2_VERSION to be abi_version 2, found 3")]
    [InlineData("{name: ENOENT, value: 2,", "{name: ENOENT, value: ¦1,", "expected each errno value once")]
    [InlineData("{name: ENOENT, value: 2,", "{name: ENOENT, value: ¦5000,", "expected an errno from 1 to 4095, found 5000")]
    [InlineData("{id: CTX-1,", "{id: ¦ERR-1,", "expected each requirement id once: 'ERR-1' stands at line")]
    // Layouts.
    [InlineData("- name: iocb2\n    size: 48", "- name: iocb2\n    size: ¦56", "expected size 48, the sum of the fields of iocb2, found 56")]
    [InlineData("{name: flags, type: u16, doc: \"AIO2_IOCB_*\"}", "{name: flags, type: u8, doc: \"AIO2_IOCB_*\"}", "expected 'opcode' on a multiple of 2: 1 bytes of implicit padding at offset 5 need a reserved field (ABI-1)")]
    [InlineData("- {name: reserved, type: u32, reserved: true, doc: \"Zero\"}\n  - name: aio2_params", "- {name: spare, type: u16, doc: \"Zero\"}\n  - name: aio2_params", "expected aio2_attr_ret to end on a multiple of 4: 2 bytes of implicit padding at offset 14")]
    [InlineData("- {name: opcode, type: u16,", "- {name: ¦flags, type: u16,", "expected each field of iocb2 once")]
    [InlineData("{name: reserved, type: u16, reserved: true,", "¦{name: reserved, type: u16,", "expected 'reserved: true' for the field 'reserved': it is zero in and out (ABI-2)")]
    [InlineData("{name: reserved, type: u16, reserved: true,", "{name: ¦spare, type: u16, reserved: true,", "expected a name that starts with 'reserved' for a reserved field, found 'spare'")]
    [InlineData("first_size: 96", "first_size: ¦90", "expected a first_size that is a multiple of 8 and the end of a field of aio2_params, found 90")]
    [InlineData("grows: never\n    record: bytes", "first_size: ¦48\n    grows: never\n    record: bytes", "expected no first_size: iocb2 never grows")]
    [InlineData("grows: never\n    record: bytes", "grows: ¦append\n    record: bytes", "expected 'grows: never': iocb2 heads a record, and fixed parts never grow (ABI-4)")]
    [InlineData("record: bytes", "record: ¦flags", "expected 'record' to name the first field of iocb2, a u32, found 'flags'")]
    [InlineData("size_field: size", "size_field: ¦flags", "expected 'size_field' to name the first field of aio2_wait, a u32, found 'flags'")]
    [InlineData("first_size: 40\n    grows: append\n    size_field: size", "grows: append\n    size_field: ¦size", "expected a first_size beside size_field in aio2_wait (SETUP-3)")]
    [InlineData("{name: magic, type: u32,", "{name: wizard, type: u32,", "expected the first field of aio2_ring to be 'magic' of type u32")]
    [InlineData("{name: compat, type: u64, line: constants,", "¦{name: compat, type: u64,", "expected the key 'line' for 'compat' too")]
    [InlineData("- {name: fd, type: s32, doc: \"Descriptor\"}", "- {name: ¦size_of, type: s32, doc: \"Descriptor\"}", "expected another name: 'SizeOf' is taken in the C# struct")]
    // References.
    [InlineData("requirement: SETUP-1}", "requirement: ¦SETUP-99}", "expected a requirement id of this spec, found 'SETUP-99'")]
    [InlineData("in: aio2_attr_pi,", "in: ¦aio2_attr_pie,", "expected a struct of this spec, found 'aio2_attr_pie'")]
    [InlineData("out: aio2_ret_pi,", "out: ¦aio2_ret_pie,", "expected a struct of this spec, found 'aio2_ret_pie'")]
    [InlineData("in: aio2_attr_pi,", "in: ¦aio2_ret_pi,", "expected a struct with a first_size: the payload of PI is an extensible struct (ATTR-4)")]
    [InlineData("type: \"struct aio2_params *\"", "type: ¦\"struct aio2_wishes *\"", "expected a struct of this spec, found 'aio2_wishes'")]
    [InlineData("feature: PI,", "feature: ¦PIE,", "expected a flag of features, found 'PIE'")]
    [InlineData("opcodes: [PREAD, PREADV]", "opcodes: [PREAD, ¦PEEK]", "expected an operation of this spec, found 'PEEK'")]
    [InlineData("rw_flags: [HIPRI, NOWAIT]", "rw_flags: [¦LOPRI, NOWAIT]", "expected a flag of rw_flags, found 'LOPRI'")]
    [InlineData("iocb_flags: [MULTI, LEVEL]", "iocb_flags: [¦SINGLE]", "expected a flag of iocb_flags, found 'SINGLE'")]
    [InlineData("uses: [fd]", "uses: [¦fds]", "expected a field of an iocb, found 'fds'")]
    [InlineData("uses: [fd, rw_flags, addr, len, offset], rw_flags: [HIPRI, NOWAIT]", "uses: [fd, addr, len, offset], rw_flags: ¦[HIPRI, NOWAIT]", "expected 'rw_flags' among the fields that PREAD uses")]
    [InlineData("- {errno: ENOSYS, when", "- {errno: ¦ENOWHERE, when", "expected an errno of this spec, found 'ENOWHERE'")]
    [InlineData("value: 1, errno: EINVAL", "value: 1, errno: ¦EWRONG", "expected an errno of this spec, found 'EWRONG'")]
    [InlineData("- name: iocb_flags\n", "- name: iocb_bits\n", "expected a group of flags with the name 'iocb_flags'")]
    // YAML itself.
    [InlineData("type: u32, value: 2,", "type: u32, ¦type: u32, value: 2,", "expected valid YAML: Duplicate key")]
    [InlineData("  name: aio2\n", "  name: aio2\n  ¦] \n", "expected valid YAML")]
    public void A_broken_spec_is_refused_at_its_place(string from, string to, string message)
    {
        Assert.Contains(from, Text, StringComparison.Ordinal);
        var start = Text.IndexOf(from, StringComparison.Ordinal);
        var broken = string.Concat(Text.AsSpan(0, start), to, Text.AsSpan(start + from.Length));
        var mark = broken.IndexOf('¦');
        var errors = Refused(broken.Replace("¦", ""));

        Assert.Contains(errors, e => e.Message.Contains(message, StringComparison.Ordinal) && (mark < 0 || e.At == Position(broken, mark)));
        Assert.All(errors, e => Assert.StartsWith($"broken.yaml:{e.At.Line}:{e.At.Column}: error: ", e.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "expected one YAML document, found 0")]
    [InlineData("a: b\n---\nc: d\n", "expected one YAML document, found 2")]
    [InlineData("- a\n", "expected a mapping with the keys of a file")]
    [InlineData("{}", "expected the key 'spec' in this file")]
    [InlineData("a: [", "expected valid YAML")]
    [InlineData("a:\n    - {b: c, d: e\n    - {f: g}\n", "a text is not ended here")]
    public void What_is_not_a_spec_at_all_is_refused(string text, string message) =>
        Assert.Contains(Refused(text), e => e.Message.Contains(message, StringComparison.Ordinal));

    [Theory]
    [InlineData("[")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("{a: ")]
    public void Nesting_without_end_is_refused_and_takes_no_stack(string more) =>
        Assert.Contains(Refused("a: " + string.Concat(Enumerable.Repeat(more, 200_000)) + "\n"), e => e.Message.Contains("expected valid YAML", StringComparison.Ordinal));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        var e = Assert.Throws<SpecException>(() => SpecParser.Parse([(byte)'a', 0xff], "broken.yaml"));

        Assert.Equal("broken.yaml:1:1: error: expected UTF-8 text, found the byte 0xff at index 1", e.Message);
    }

    [Fact]
    public void All_errors_come_at_once_in_the_order_of_the_file()
    {
        var errors = Refused(Text.Replace("type: u16, doc: \"AIO2_IOCB_*\"", "type: word, doc: \"AIO2_IOCB_*\"").Replace("abi_version: 2", "abi_version: two"));

        Assert.Equal(2, errors.Count);
        Assert.True(errors[0].At.Line < errors[1].At.Line);
    }

    [Fact]
    public void No_cut_of_the_spec_is_taken_for_a_whole_one()
    {
        var lines = Text.Split('\n');
        for (var keep = 0; keep < lines.Length - 2; keep += 97)
            Assert.NotEmpty(Refused(string.Join('\n', lines[..keep])));
    }

    private static IReadOnlyList<SpecError> Refused(string text) =>
        Assert.Throws<SpecException>(() => SpecParser.Parse(Encoding.UTF8.GetBytes(text), "broken.yaml")).Errors;

    private static SpecPosition Position(string text, int index)
    {
        var line = text.AsSpan(0, index).Count('\n') + 1;
        return new SpecPosition(line, index - text.LastIndexOf('\n', Math.Max(0, index - 1)));
    }
}
