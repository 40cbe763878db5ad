namespace AioV2.Conformance.Scenarios;

/// <summary>The thirty pitfalls, the thirteen defects of the prototype of 2013, and one found while this was built.</summary>
public static class ScenarioTable
{
    private const string Wraps = "Positions run on over many wraps, with pads at the end only", Partial = "A later record's failure leaves those before it accepted",
        Fields = "Every unknown opcode and flag and every field that is not used is refused", Returns = "Returns come in the order of the attributes, but for NORETURN";

    /// <summary>All, in the order of their sources.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        Pitfall(1, "Trusting a user-writable head", "CVE-2014-0206 (aio), CVE-2024-41009 (bpf)", "RING-5", "A hostile head makes the ring CORRUPT and loses nothing more"),
        Pitfall(2, "Indexing by masks/sizes read from shared memory", "kernel 8911798d3e8a", "RING-5", "Nothing of a ring that is overwritten is believed"),
        Pitfall(3, "Checking the logical but not the physical record end", "kernel c76e0f1d77f8 (SQE_MIXED)", "RING-3", Wraps, "Hostile_bytes_in_the_data_never_lead_a_reaper_outside_the_ring"),
        Pitfall(4, "Reading a shared field twice (TOCTOU)", "56080b02ed6e", "SUBMIT-2", "A record that changes while it is submitted is one or the other"),
        Pitfall(5, "Signed or 32-bit size arithmetic", "CVE-2017-7308; liburing 4dd113a4, 8d8200d8", "SUBMIT-3", "Lengths near the ends of their types wrap nothing"),
        Pitfall(6, "Mapping lifetime", "CVE-2024-0582; aio mremap after fork", "DESTROY-1", "A destroyed ring says DEAD and may be read to its end"),
        Pitfall(7, "Executable ring mapping", "CVE-2016-10044", "RING-1", "The ring's mapping cannot be executed"),
        Pitfall(8, "Missing acquire after tail", "2ff396be602f, RHBZ 1845326, liburing #1039", "RING-4", "What tail covers is written, whichever way head is moved", "tests/model/check.sh"),
        Pitfall(9, "ABA with small index range", "SEED002", "RING-2", Wraps),
        Pitfall(10, "Slot accounting inferred from user head", "f8567a3845ac -> d856f32a86b2", "RING-9", "A slot is free once its event is in the ring, whatever head says"),
        Pitfall(11, "Overflow entries starved, waiters spinning, eventfd silent", "#705, 6.12 wait-loop fix, 5.1", "RING-10", "The eventfd tells of an event on the list"),
        Pitfall(12, "Consumer helper code assuming fixed stride", "4279ae37", "RING-3", Wraps, "Any_mix_of_submitting_and_reaping_gives_each_event_once"),
        Pitfall(13, "Filler/pad record given to the application", "4279ae37; netty PR #15784 test", "GET-1", "The call gives no pad"),
        Pitfall(14, "Unknown flags accepted", "v1 aio_flags (0x80 on 6.18)", "SUBMIT-3", Fields),
        Pitfall(15, "Unvalidated timespec", "negative timeout blocks forever on 6.18", "GET-2", "A deadline in the past polls, and bad times are refused"),
        Pitfall(16, "Unvalidated padding bakes garbage into the ABI", "botching-up-ioctls", "ATTR-1", "Bad framing of attributes is refused, with its place"),
        Pitfall(17, "EINVAL for everything", "#398, nixl #2085", "SUBMIT-5", Partial),
        Pitfall(18, "Dropping the error of item i > 0", "libevpl #68", "SUBMIT-1", Partial),
        Pitfall(19, "Docs and code differ", "io_cancel EAGAIN vs EINVAL; result pointer; min-wait #1477; check-uapi doc on larger structs", "ABI-3", null, "The_document_has_the_text_of_every_id_once_in_the_order_of_the_spec"),
        Pitfall(20, "Ring geometry depends on CPU count", "CRIU #500/#1156", "SETUP-5", "All zeroes give the defaults, and features are told"),
        Pitfall(21, "Handle = address", "fuzzers, migration and SEGV", "SETUP-2", "Ids are not handed out again at once"),
        Pitfall(22, "Signalling eventfd in a foreign lock context", "aio poll fixes, EPOLL_URING_WAKE", "RING-10", "An eventfd with a full counter blocks nobody"),
        Pitfall(23, "Sizes computed twice", "liburing #875, #1151", "RING-1", "The header's groups stand apart and its constants agree with params"),
        Pitfall(24, "Copy-back at completion from interrupt context", "IOEXT", "SUBMIT-2", "Nothing is written back to an iocb"),
        Pitfall(25, "Errors of extensions merged into res/res2", "IOEXT", "ATTR-3", "An unknown attribute is reported, or refused if REQUIRED"),
        Pitfall(26, "Cache-hit leak", "liburing f8b12e48", "ATTR-7", null, "Who_neither_owns_the_file_nor_may_write_it_learns_nothing"),
        Pitfall(27, "Producer stalls the ring head-of-line (BUSY record; dead producer)", "BPF, Agrona unblock", "RING-6", "Events stand in the order of completion"),
        Pitfall(28, "Permissive TLV parsing cannot be tightened later", "netlink", "ATTR-1", "Bad framing of attributes is refused, with its place"),
        Pitfall(29, "#define changes are invisible to abidiff", "", "ABI-4", null, "Abidiff_sees_the_same_changes_of_layouts_and_calls"),
        Pitfall(30, "for-each over a live tail never ends", "#1139", "RING-4", null, "A_token_ends_the_waiting_and_the_event_stays_for_the_next"),
        Defect(1, "distance to ring end computed as (-head) & mask: 0 when head is at the start", "RING-2", "Every byte of the ring is usable"),
        Defect(2, "buffer smaller than the next record: a comment and no code", "GET-3", "An event larger than the buffer is refused and stays"),
        Defect(3, "events written contiguously with no wrap test", "RING-3", Wraps),
        Defect(4, "return attributes never copied to the ring", "ATTR-2", Returns),
        Defect(5, "record walk tests only \"start > end\" before reading size", "SUBMIT-3", "Lengths near the ends of their types wrap nothing"),
        Defect(6, "no requirement that size is a multiple of 8", "SUBMIT-3", Fields),
        Defect(7, "exact size match per id", "ATTR-4", "Payloads grow and shrink as extensible structs"),
        Defect(8, "context handle is the kernel address of the context", "SETUP-2", "A context comes at the id that is asked for"),
        Defect(9, "cancel of an unknown request returns 0", "CANCEL-1", "Cancelling a blocked read gives its one event"),
        Defect(10, "one error path returns +ENOMEM, another returns 0 after a failed allocation", "SETUP-10", "More slots than the ceiling are refused, and destroying gives them back"),
        Defect(11, "noctx push has a compare-exchange without a retry loop and never writes res", "ISSUE-1", "One iocb runs synchronously and gives its event"),
        Defect(12, "ret is u32", "ATTR-2", Returns),
        Defect(13, "writes aio_key back into user memory on submit (as v1)", "SUBMIT-2", "Nothing is written back to an iocb"),
        new("SINGLE_REAPER: a reaper's cached tail must survive a head moved by the call", "found while building this", "RING-4", null, "The_cached_tail_of_a_single_reaper_survives_a_head_that_the_call_has_moved"),
    ];

    private static Scenario Pitfall(int number, string name, string cites, string requirement, string? check, string? test = null) =>
        new(name, $"pitfall {number} (§11){(cites.Length > 0 ? ": " + cites : "")}", requirement, check, test);

    private static Scenario Defect(int number, string name, string requirement, string check) =>
        new(name, $"defect {number} of the prototype of 2013 (§1.5)", requirement, check);
}
