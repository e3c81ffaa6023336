using System.Text;
using System.Text.RegularExpressions;

namespace Vitrina.Tests.Architecture;

/// <summary>A method found in a source file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Line">The line of its opening brace, from 1.</param>
/// <param name="LineCount">Lines from the opening brace to the closing one.</param>
internal readonly record struct ScannedMethod(string Name, int Line, int LineCount);

/// <summary>Reads C# as far as rules about names and sizes need it: comments and literals are told from code, braces are matched.</summary>
/// <remarks>Code within the holes of interpolated strings counts as part of the string.</remarks>
internal static partial class SourceScanner
{
    private static readonly HashSet<string> s_statements =
        ["if", "for", "foreach", "while", "switch", "using", "lock", "catch", "fixed", "when"];

    /// <summary>The text with comments, strings and characters replaced by spaces; line breaks stay.</summary>
    public static string Blank(string text)
    {
        var result = new StringBuilder(text);
        foreach (var (start, end, _) in NonCode(text))
        {
            for (var i = start; i < end; i++)
            {
                if (text[i] != '\n')
                {
                    result[i] = ' ';
                }
            }
        }

        return result.ToString();
    }

    /// <summary>The string literals of a text with their lines.</summary>
    public static IEnumerable<(int Line, string Literal)> Literals(string text)
    {
        foreach (var (start, end, isComment) in NonCode(text))
        {
            if (!isComment)
            {
                yield return (1 + text.AsSpan(0, start).Count('\n'), text[start..end]);
            }
        }
    }

    /// <summary>The methods, constructors and accessors with a body in blanked code.</summary>
    public static IEnumerable<ScannedMethod> Methods(string code)
    {
        var open = new Stack<(string? Name, int Line)>();
        var (line, headStart) = (1, 0);
        for (var i = 0; i < code.Length; i++)
        {
            switch (code[i])
            {
                case '\n':
                    line++;
                    break;
                case ';':
                    headStart = i + 1;
                    break;
                case '{':
                    open.Push((MethodName(code[headStart..i]), line));
                    headStart = i + 1;
                    break;
                case '}':
                    headStart = i + 1;
                    if (open.TryPop(out var block) && block.Name is { } name)
                    {
                        yield return new ScannedMethod(name, block.Line, line - block.Line + 1);
                    }

                    break;
            }
        }
    }

    // A head is what stands between the last ';', '{' or '}' and a '{': a method's has a name before its last list of parameters.
    private static string? MethodName(string head)
    {
        head = Attributes().Replace(head, "");
        var parameters = head.IndexOf('(', StringComparison.Ordinal);
        if (parameters < 0 || head.Contains("=>", StringComparison.Ordinal))
        {
            return null;
        }

        string[] words = head[..parameters].Split([' ', '\n', '\t', '<', '>', ','], StringSplitOptions.RemoveEmptyEntries);
        var isOther = words.Length == 0 || words.Any(word => s_statements.Contains(word) || word is "class" or "struct" or "record" or "enum" or "new" or "=" or "return");
        return isOther ? null : words[^1];
    }

    private static IEnumerable<(int Start, int End, bool IsComment)> NonCode(string text)
    {
        var i = 0;
        while (i < text.Length)
        {
            var end = EndOfNonCode(text, i, out var isComment);
            if (end > i)
            {
                yield return (i, end, isComment);
                i = end;
            }
            else
            {
                i++;
            }
        }
    }

    private static int EndOfNonCode(string text, int start, out bool isComment)
    {
        isComment = false;
        var rest = text.AsSpan(start);
        if (rest.StartsWith("//"))
        {
            isComment = true;
            return start + (rest.IndexOf('\n') is >= 0 and var length ? length : rest.Length);
        }

        if (rest.StartsWith("/*"))
        {
            isComment = true;
            return start + (rest.IndexOf("*/") is >= 0 and var length ? length + 2 : rest.Length);
        }

        if (rest[0] == '\'')
        {
            return EndOfPlain(text, start + 1, '\'');
        }

        var marks = rest.IndexOfAnyExcept('$', '@');
        if (marks < 0 || rest[marks] != '"')
        {
            return start;
        }

        if (rest[..marks].Contains('@'))
        {
            return EndOfVerbatim(text, start + marks + 1);
        }

        var quotes = rest[marks..].IndexOfAnyExcept('"') is >= 0 and var count ? count : rest.Length - marks;
        if (quotes >= 3)
        {
            var fence = new string('"', quotes);
            var end = text.IndexOf(fence, start + marks + quotes, StringComparison.Ordinal);
            return end < 0 ? text.Length : end + quotes;
        }

        return EndOfPlain(text, start + marks + 1, '"', isInterpolated: marks > 0);
    }

    private static int EndOfPlain(string text, int start, char quote, bool isInterpolated = false)
    {
        var depth = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '\\' && depth == 0)
            {
                i++;
            }
            else if (isInterpolated && text[i] == '{')
            {
                depth = text[i + 1] == '{' && depth == 0 ? SkipOne(ref i) : depth + 1;
            }
            else if (isInterpolated && text[i] == '}' && depth > 0)
            {
                depth--;
            }
            else if (depth > 0 && (text[i] == '"' || text[i] == '\''))
            {
                i = EndOfPlain(text, i + 1, text[i]) - 1;
            }
            else if (text[i] == quote || text[i] == '\n')
            {
                return i + 1;
            }
        }

        return text.Length;
    }

    private static int SkipOne(ref int i)
    {
        i++;
        return 0;
    }

    private static int EndOfVerbatim(string text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                if (i + 1 >= text.Length || text[i + 1] != '"')
                {
                    return i + 1;
                }

                i++;
            }
        }

        return text.Length;
    }

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Attributes();
}
