using AioV2.Tests;

namespace AioV2.Abi.Tests;

public sealed class Aio2ExceptionTests
{
    [Fact, Requirement("SUBMIT-5")]
    public void An_exception_tells_the_call_the_errno_the_reason_and_the_place()
    {
        var plain = new Aio2Exception("io_submit2", Errno.EINVAL);
        Assert.Equal(("io_submit2: EINVAL", Errno.EINVAL, Aio2Reason.None, -1L), (plain.Message, plain.Errno, plain.Reason, plain.Offset));

        var full = new Aio2Exception("io_submit2", Errno.EINVAL, Aio2Reason.AttrTwice, 0, "Send it once");
        Assert.Equal("io_submit2: EINVAL: the same attribute type twice, at byte 0. Send it once", full.Message);
        Assert.Equal((Aio2Reason.AttrTwice, 0L), (full.Reason, full.Offset));

        Assert.Equal("read: errno 4095", new Aio2Exception("read", 4095).Message);
    }

    [Fact]
    public void An_exception_with_a_text_of_its_own_keeps_it_and_its_cause()
    {
        var cause = new InvalidOperationException("why");
        var e = new Aio2Exception(Errno.EBADF, "what", cause);

        Assert.Equal(("what", Errno.EBADF, Aio2Reason.None, -1L), (e.Message, e.Errno, e.Reason, e.Offset));
        Assert.Same(cause, e.InnerException);
    }
}
