using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>Reads a file line by line as bytes, without making strings; blank lines are left out.</summary>
internal sealed class DocumentLines
{
    private readonly ByteFeed _feed;
    private int _consumed;

    public DocumentLines(Stream content)
    {
        _feed = new ByteFeed(content);
        _feed.SkipMark();
    }

    /// <summary>The number of the present line, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Steps to the next line that is not blank.</summary>
    /// <param name="line">The line without its break; valid until the next call.</param>
    /// <param name="error">Set when the line is too long to be read.</param>
    /// <returns>False at the end.</returns>
    public bool Read(out ReadOnlySpan<byte> line, out FieldError? error)
    {
        error = null;
        while (true)
        {
            _feed.Consume(_consumed);
            _consumed = 0;
            var searched = 0;
            int length;
            while ((length = _feed.Window[searched..].IndexOf((byte)'\n')) < 0)
            {
                searched = _feed.Window.Length;
                if (!_feed.Fill())
                {
                    break;
                }
            }

            line = length < 0 ? _feed.Window : _feed.Window[..(searched + length)];
            if (length < 0 && line.IsEmpty)
            {
                return false;
            }

            Line++;
            _consumed = line.Length + (length < 0 ? 0 : 1);
            if (length < 0 && !_feed.IsEnded)
            {
                error = new FieldError("", $"the line is longer than {ByteFeed.LongestRecord} bytes", null, "too_long");
                SkipRest();
                return true;
            }

            if (line.Trim(" \t\r"u8).Length > 0)
            {
                return true;
            }
        }
    }

    private void SkipRest()
    {
        int length;
        do
        {
            _feed.Consume(_feed.Window.Length);
            length = _feed.Fill() ? _feed.Window.IndexOf((byte)'\n') : _feed.Window.Length - 1;
        }
        while (length < 0 && !_feed.IsEnded);
        _consumed = length + 1;
    }
}
