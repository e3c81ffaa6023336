using Vitrina.Engine.Ranking.Recording;

namespace Vitrina.Tests.Engine.Ranking.Recording;

/// <summary>Feature files whose writes wait for the test, or fail as a full disk does.</summary>
internal sealed class GatedFiles : IDisposable
{
    public ManualResetEventSlim Open { get; } = new(initialState: false);

    public SemaphoreSlim Entered { get; } = new(0);

    public bool IsDiskFull { get; set; }

    public Stream Create(string path) => new GatedStream(this, FeatureSegmentFiles.Create(path));

    public void Dispose()
    {
        Open.Dispose();
        Entered.Dispose();
    }

    private sealed class GatedStream(GatedFiles files, Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            files.Entered.Release();
            files.Open.Wait();
            if (files.IsDiskFull)
            {
                inner.Write(buffer[..(buffer.Length / 2)]);
                throw new IOException("No space left on device");
            }

            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
