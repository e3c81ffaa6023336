namespace Vitrina.Engine.Language;

/// <summary>Cuts one folded text into words, measures and model codes.</summary>
/// <remarks>
/// A <em>compound</em> is a run without spaces whose <em>segments</em> hang together by hyphens or underscores. Letters alone are words; a number takes its
/// unit or further dimensions from what follows; letters mixed with digits are a model code.
/// </remarks>
internal ref struct TokenScanner
{
    /// <summary>A compound with more segments is cut here and goes on as the next one.</summary>
    private const int MaxSegments = 16;

    /// <summary>A hyphenated Latin segment of at least so many letters is a word and no piece of a code: "black-128gb".</summary>
    private const int MinStandaloneLetters = 5;

    /// <summary>The same for Cyrillic, where codes have shorter segments: "100-летний", "usb-кабель".</summary>
    private const int MinStandaloneCyrillicLetters = 4;

    /// <summary>Groups of digits make an article number from this many digits on: "9965-900-09443", but not "8-12".</summary>
    private const int MinArticleDigits = 6;

    private readonly TextAnalyzer _analyzer;
    private readonly ReadOnlySpan<char> _text;
    private readonly TokenBuffer _tokens;
    private int _position;

    public TokenScanner(TextAnalyzer analyzer, ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        _analyzer = analyzer;
        _text = text;
        _tokens = tokens;
    }

    /// <summary>Writes all tokens of the text into the buffer.</summary>
    public void Scan()
    {
        var at = 0;
        while (at < _text.Length)
        {
            at = char.IsLetterOrDigit(_text[at]) ? ScanCompound(at) : at + 1;
        }

        new ModelNameJoiner(_text, _tokens).Join();
        _tokens.PositionCount = _position;
    }

    private int ScanCompound(int start)
    {
        if (char.IsAsciiDigit(_text[start]) && Measure.TryParse(_text, start, out var measure) && !HasHyphenatedNeighbour(measure.End))
        {
            EmitMeasure(measure);
            return measure.End;
        }

        Span<Segment> segments = stackalloc Segment[MaxSegments];
        var count = 0;
        var at = start;
        do
        {
            var segment = ReadSegment(at);
            segments[count++] = segment;
            at = segment.End + 1;
        }
        while (count < MaxSegments && HasHyphenatedNeighbour(at - 1));

        return EmitCompound(segments[..count]);
    }

    private readonly bool HasHyphenatedNeighbour(int end) =>
        end + 1 < _text.Length && _text[end] is '-' or '_' && char.IsLetterOrDigit(_text[end + 1]);

    private readonly Segment ReadSegment(int start)
    {
        var digits = 0;
        var letters = 0;
        var hasDecimals = false;
        var at = start;
        for (; at < _text.Length; at++)
        {
            var character = _text[at];
            if (char.IsAsciiDigit(character))
            {
                digits++;
            }
            else if (char.IsLetterOrDigit(character))
            {
                letters++;
                hasDecimals = false;
            }
            else if (character is '.' or ',' && !hasDecimals && IsBetweenDigits(at))
            {
                hasDecimals = true;
            }
            else if (character != '\'' || at == start || at + 1 >= _text.Length || !char.IsLetter(_text[at - 1]) || !char.IsLetter(_text[at + 1]))
            {
                break;
            }
        }

        return new Segment(start, at, digits, letters);
    }

    private readonly bool IsBetweenDigits(int at) =>
        at > 0 && at + 1 < _text.Length && char.IsAsciiDigit(_text[at - 1]) && char.IsAsciiDigit(_text[at + 1]);

    private int EmitCompound(scoped ReadOnlySpan<Segment> segments)
    {
        var first = 0;
        var end = segments[^1].End;
        while (first < segments.Length)
        {
            var count = 0;
            while (first + count < segments.Length && !IsStandalone(segments[first + count]))
            {
                count++;
            }

            if (count > 0)
            {
                end = Math.Max(end, EmitGroup(segments.Slice(first, count)));
                first += count;
            }

            if (first < segments.Length)
            {
                EmitWord(segments[first++]);
            }
        }

        if (segments.Length == 2 && segments[0].Digits + segments[1].Digits == 0)
        {
            EmitJoinedWord(segments[0], segments[1]);
        }

        return end;
    }

    private readonly bool IsStandalone(Segment segment) =>
        segment.Digits == 0
        && (segment.Letters >= MinStandaloneLetters
            || (segment.Letters >= MinStandaloneCyrillicLetters && Script.Of(_text[segment.Start..segment.End]) == WordScript.Cyrillic));

    /// <summary>Emits segments that may form one code; returns where reading goes on, which a unit behind a space moves on.</summary>
    private int EmitGroup(scoped ReadOnlySpan<Segment> group)
    {
        var digits = 0;
        var letters = 0;
        var isEachMeasure = true;
        foreach (var segment in group)
        {
            digits += segment.Digits;
            letters += segment.Letters;
            isEachMeasure &= segment.Digits > 0 && (segment.Letters == 0 || IsMeasure(segment));
        }

        if (group.Length == 2 && group[0].Letters == 0 && group[1].Digits == 0)
        {
            if (Measure.TryParseHyphenated(_text, group[0].Start, group[1].Start, group[1].End, out var hyphenated))
            {
                EmitMeasure(hyphenated);
                return hyphenated.End;
            }

            isEachMeasure = Script.Of(_text[group[1].Start..group[1].End]) == WordScript.Cyrillic && group[1].Letters <= 2;
        }

        var isArticle = letters == 0 && digits >= MinArticleDigits && group.Length > 1;
        if (isArticle || (digits > 0 && !isEachMeasure))
        {
            EmitCode(group);
            return group[^1].End;
        }

        var end = group[^1].End;
        foreach (var segment in group)
        {
            end = Math.Max(end, EmitSegment(segment));
        }

        return end;
    }

    private readonly bool IsMeasure(Segment segment) =>
        char.IsAsciiDigit(_text[segment.Start]) && Measure.TryParse(_text, segment.Start, out var measure) && measure.End >= segment.End;

    private int EmitSegment(Segment segment)
    {
        if (segment.Digits == 0)
        {
            EmitWord(segment);
            return segment.End;
        }

        if (char.IsAsciiDigit(_text[segment.Start]) && Measure.TryParse(_text, segment.Start, out var measure) && measure.End >= segment.End)
        {
            EmitMeasure(measure);
            return measure.End;
        }

        EmitCode([segment]);
        return segment.End;
    }

    private void EmitWord(Segment segment)
    {
        var term = _tokens.Reserve();
        var length = Copy(segment, term);
        Script.Unify(term[..length]);
        if (segment.Letters > 1 && Script.Of(term[..length]) == WordScript.Latin)
        {
            _tokens.Joinable.Add(new JoinablePiece(segment.Start, segment.End, _position, IsWord: true));
        }

        _tokens.Commit(_analyzer.Stem(term[..length]), _position++, TokenTraits.None);
    }

    private readonly void EmitJoinedWord(Segment left, Segment right)
    {
        var term = _tokens.Reserve();
        var length = Copy(left, term);
        length += Copy(right, term[length..]);
        Script.Unify(term[..length]);
        _tokens.Commit(_analyzer.Stem(term[..length]), _position - 2, TokenTraits.Joined);
    }

    private void EmitMeasure(in Measure measure)
    {
        var term = _tokens.Reserve();
        _tokens.Commit(measure.Write(_text, term, withUnit: true), _position, TokenTraits.Number);
        if (measure.HasUnit && (measure.Dimensions > 1 || measure.Unit.IsOftenOmitted))
        {
            term = _tokens.Reserve();
            _tokens.Commit(measure.Write(_text, term, withUnit: false), _position, TokenTraits.Number | TokenTraits.Part);
        }

        if (measure.Dimensions == 1 && !measure.HasUnit)
        {
            _tokens.Joinable.Add(new JoinablePiece(measure.Start, measure.End, _position, IsWord: false));
        }

        _position++;
    }

    private void EmitCode(scoped ReadOnlySpan<Segment> segments)
    {
        var term = _tokens.Reserve();
        var length = 0;
        var digits = 0;
        foreach (var segment in segments)
        {
            length += Copy(segment, term[length..]);
            digits += segment.Digits;
        }

        var code = term[..length];
        Script.PreferLatin(code);
        _tokens.Commit(length, _position, length >= 4 ? TokenTraits.ModelCode : TokenTraits.None);
        if (segments.Length == 1 && length <= ModelNameJoiner.MaxCodeLength)
        {
            _tokens.Joinable.Add(new JoinablePiece(segments[0].Start, segments[0].End, _position, IsWord: false));
        }

        foreach (var segment in segments)
        {
            EmitParts(segment, isWhole: segments.Length == 1);
        }

        _position++;
    }

    /// <summary>Emits a code's segment, and the runs of letters and of digits in it; single characters tell nothing and are left out.</summary>
    private readonly void EmitParts(Segment segment, bool isWhole)
    {
        Span<char> characters = stackalloc char[TokenBuffer.MaxTermLength];
        characters = characters[..Copy(segment, characters)];
        Script.PreferLatin(characters);
        if (!isWhole && characters.Length > 1)
        {
            EmitPart(characters);
        }

        if (segment.Digits == 0 || segment.Letters == 0)
        {
            return;
        }

        for (var start = 0; start < characters.Length;)
        {
            var isLetter = char.IsLetter(characters[start]);
            var end = start + 1;
            while (end < characters.Length && char.IsLetter(characters[end]) == isLetter)
            {
                end++;
            }

            if (end - start > 1)
            {
                EmitPart(characters[start..end]);
            }

            start = end;
        }
    }

    private readonly void EmitPart(ReadOnlySpan<char> part)
    {
        var term = _tokens.Reserve();
        part.CopyTo(term);
        var isNumber = char.IsAsciiDigit(part[0]);
        var length = isNumber || part.ContainsAnyInRange('0', '9') ? part.Length : _analyzer.Stem(term[..part.Length]);
        _tokens.Commit(length, _position, TokenTraits.Part);
    }

    /// <summary>Copies what fits, with the decimal comma as a point.</summary>
    private readonly int Copy(Segment segment, Span<char> term)
    {
        var source = _text[segment.Start..segment.End];
        source = source[..Math.Min(source.Length, term.Length)];
        source.CopyTo(term);
        term[..source.Length].Replace(',', '.');
        return source.Length;
    }

    private readonly record struct Segment(int Start, int End, int Digits, int Letters);
}
