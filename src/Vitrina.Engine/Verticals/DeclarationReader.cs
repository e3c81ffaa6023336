using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Vitrina.Engine.Verticals;

/// <summary>Reads the YAML of a declaration file into nodes with positions.</summary>
/// <remarks>
/// Works on YAML's event stream: a representation model stops at the first duplicate key and recurses without a bound.
/// Size, depth and the expansion of aliases are bounded, so that no text can exhaust memory or the stack.
/// </remarks>
public sealed class DeclarationReader
{
    private const int LongestText = 4_000_000;
    private const int DeepestNesting = 40;
    private const int LargestTree = 200_000;

    private readonly string _file;
    private readonly ErrorList _errors;
    private readonly Parser _parser;
    private readonly Dictionary<string, (DeclarationNode Node, int Size)> _anchors = [];
    private int _size;

    private DeclarationReader(string text, string file, ErrorList errors)
    {
        _file = file;
        _errors = errors;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads one document.</summary>
    /// <returns>The root; null when the text is empty or is no YAML (then an error was added).</returns>
    public static DeclarationNode? Read(string text, string file, ErrorList errors)
    {
        if (text.Length > LongestText)
        {
            errors.Add(new SourcePosition(file, 1, 1), $"the file is longer than {LongestText} characters");
            return null;
        }

        try
        {
            return new DeclarationReader(text, file, errors).ReadDocument();
        }
        catch (YamlException exception)
        {
            var reason = OneLine(exception.InnerException?.Message ?? exception.Message);
            var message = exception is ReadStopException ? reason : $"not valid YAML: {reason}";
            errors.Add(Position(file, exception.Start), message);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FormatException
            or OverflowException or IndexOutOfRangeException)
        {
            // YamlDotNet's scanner lets such exceptions escape on broken escapes, tags and directives.
            errors.Add(new SourcePosition(file, 1, 1), $"not valid YAML: {OneLine(exception.Message)}");
            return null;
        }
    }

    private DeclarationNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _errors.Add(new SourcePosition(_file, 1, 1), "the file is empty");
            return null;
        }

        var root = ReadNode(0);
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _))
        {
            _errors.Add(Position(_file, _parser.Current?.Start ?? Mark.Empty), "the file holds more than one document");
        }

        return root;
    }

    private DeclarationNode ReadNode(int depth)
    {
        var before = _size;
        Grow(1);
        if (depth > DeepestNesting)
        {
            throw new ReadStopException(_parser.Current!.Start, $"nested deeper than {DeepestNesting} levels");
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
            {
                throw new ReadStopException(alias.Start, $"alias '{alias.Value.Value}' has no complete anchor before it");
            }

            Grow(anchored.Size);
            return anchored.Node;
        }

        var start = _parser.Current as NodeEvent ?? throw new ReadStopException(_parser.Current?.Start ?? Mark.Empty, "a value is expected");
        var position = Position(_file, start.Start);
        var node = start switch
        {
            Scalar => ReadScalar(position),
            SequenceStart => ReadList(position, depth),
            _ => ReadMap(position, depth),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = (node, _size - before);
        }

        return node;
    }

    private DeclarationNode ReadScalar(SourcePosition position)
    {
        var scalar = _parser.Consume<Scalar>();
        return DeclarationNode.Scalar(scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any), position);
    }

    private DeclarationNode ReadList(SourcePosition position, int depth)
    {
        _parser.Consume<SequenceStart>();
        var elements = new List<DeclarationNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            elements.Add(ReadNode(depth + 1));
        }

        return DeclarationNode.List(elements, position);
    }

    private DeclarationNode ReadMap(SourcePosition position, int depth)
    {
        _parser.Consume<MappingStart>();
        var entries = new List<DeclarationEntry>();
        var lines = new Dictionary<string, int>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key.Kind != DeclarationNodeKind.Scalar)
            {
                _errors.Add(key.Position, "a key must be a single value");
            }
            else if (!lines.TryAdd(key.Text, key.Position.Line))
            {
                _errors.Add(key.Position, $"key '{key.Text}' is given twice; the first is on line {lines[key.Text]}");
            }
            else
            {
                entries.Add(new DeclarationEntry(key.Text, key.Position, value));
            }
        }

        return DeclarationNode.Map(entries, position);
    }

    private void Grow(int nodes)
    {
        _size += nodes;
        if (_size > LargestTree)
        {
            throw new ReadStopException(_parser.Current?.Start ?? Mark.Empty, $"the file holds more than {LargestTree} values, aliases included");
        }
    }

    private static SourcePosition Position(string file, Mark mark) => new(file, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    // One way out of the recursion for YAML's own errors and for the bounds of this reader.
    private sealed class ReadStopException(Mark position, string message) : YamlException(position, position, message);
}
