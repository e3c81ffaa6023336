using System.Globalization;
using System.Text.Json;

namespace Vitrina.Engine.Verticals;

/// <summary>Reads one JSON object field by field; every method answers false and keeps the first error instead of throwing.</summary>
/// <remarks>
/// Malformed JSON and broken UTF-8 do throw, JsonException and InvalidOperationException: <see cref="FailureOf"/> makes errors of them,
/// so that the normal path costs no checks.
/// </remarks>
internal ref struct JsonFieldReader
{
    private const int DeepestNesting = 8;
    private Utf8JsonReader _json;
    private readonly DocumentLimits _limits;

    public JsonFieldReader(ReadOnlySpan<byte> utf8, DocumentLimits limits)
    {
        _json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DeepestNesting });
        _limits = limits;
        Length = utf8.Length;
    }

    /// <summary>Why the last method answered false.</summary>
    public FieldError Error { get; private set; }

    public readonly DocumentLimits Limits => _limits;

    private int Length { get; }

    /// <summary>The kind of the value that was read last.</summary>
    public readonly JsonTokenType Token => _json.TokenType;

    /// <summary>Whether an exception of the JSON reader means that the document is wrong.</summary>
    public static bool IsFailure(Exception exception) => exception is JsonException or InvalidOperationException;

    /// <summary>The error behind an exception of the JSON reader.</summary>
    public static FieldError FailureOf(Exception exception)
    {
        if (exception is not JsonException json)
        {
            return new FieldError("", "the document holds text that is not valid Unicode", null, "invalid_text");
        }

        var reason = json.Message;
        var end = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
        reason = end < 0 ? reason : reason[..end];
        var at = (json.BytePositionInLine ?? 0) + 1;
        return new FieldError("", string.Create(CultureInfo.InvariantCulture, $"not valid JSON at byte {at}: {reason}"), null, "invalid_json");
    }

    public bool Fail(string field, string message, string code, string? suggestion = null)
    {
        Error = new FieldError(field, message, suggestion, code);
        return false;
    }

    public bool Fail(in FieldError error)
    {
        Error = error;
        return false;
    }

    /// <summary>Enters the document.</summary>
    public bool Begin()
    {
        if (Length > _limits.MaxDocumentBytes)
        {
            return Fail("", $"the document is {Length} bytes long; at most {_limits.MaxDocumentBytes} are accepted", "too_long");
        }

        return !_json.Read() || _json.TokenType != JsonTokenType.StartObject
            ? Fail("", "the document must be a JSON object", "wrong_type")
            : true;
    }

    /// <summary>Steps to the next field of the present object; false at its end.</summary>
    public bool NextField() => _json.Read() && _json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Steps to the next of the declared fields.</summary>
    /// <param name="names">The declared fields; at most 32.</param>
    /// <param name="utf8Names">The same as UTF-8.</param>
    /// <param name="seen">The bits of the fields that were met; begin with 0.</param>
    /// <param name="field">The field's index.</param>
    /// <returns>False at the end of the object, and at an unknown or repeated field: then <see cref="HasFailed"/>.</returns>
    public bool NextField(string[] names, byte[][] utf8Names, ref int seen, out int field)
    {
        field = -1;
        if (!NextField())
        {
            return false;
        }

        field = Find(utf8Names);
        if (field < 0)
        {
            return FailUnknown("", names);
        }

        if ((seen & (1 << field)) != 0)
        {
            return Fail(names[field], "is given twice", "duplicate_field");
        }

        seen |= 1 << field;
        return true;
    }

    /// <summary>True once a mistake was found.</summary>
    public readonly bool HasFailed => Error.Message is not null;

    /// <summary>Throws when anything follows the document.</summary>
    public void End()
    {
        if (_json.Read())
        {
            throw new JsonException("there is something after the document");
        }
    }

    /// <summary>The name of the present field.</summary>
    public readonly string Name => _json.GetString()!;

    /// <summary>Which of the names the present field has, or −1.</summary>
    public readonly int Find(byte[][] names)
    {
        if (_json.ValueIsEscaped)
        {
            for (var i = 0; i < names.Length; i++)
            {
                if (_json.ValueTextEquals(names[i]))
                {
                    return i;
                }
            }

            return -1;
        }

        var name = _json.ValueSpan;
        for (var i = 0; i < names.Length; i++)
        {
            if (name.SequenceEqual(names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Reports the present field as unknown.</summary>
    public bool FailUnknown(string prefix, IEnumerable<string> valid)
    {
        var name = Name;
        var known = valid as IReadOnlyCollection<string> ?? [.. valid];
        var shown = name.Length > 64 ? name[..64] + "…" : name;
        return Fail(prefix + shown, $"there is no such field; fields are {string.Join(", ", known)}", "unknown_field", NearestName.Find(name, known));
    }

    /// <summary>Steps to the value of the present field, or to the next element of a list.</summary>
    public bool Step() => _json.Read();

    /// <summary>Leaves out the value of the present field.</summary>
    public void Skip() => _json.Skip();

    /// <summary>Reads the value of the present field as an id; null stands for none.</summary>
    public bool ReadId(string field, out string? id)
    {
        _json.Read();
        return IdHere(field, out id);
    }

    /// <summary>The present value as an id.</summary>
    public bool IdHere(string field, out string? id)
    {
        if (!StringHere(field, _limits.MaxIdLength, out id) || id is null)
        {
            return Error.Message is null;
        }

        if (id.Length == 0)
        {
            return Fail(field, $"an id must have 1 to {_limits.MaxIdLength} characters", "invalid_id");
        }

        foreach (var letter in id)
        {
            if (char.IsControl(letter))
            {
                return Fail(field, "an id must not hold control characters", "invalid_id");
            }
        }

        return true;
    }

    /// <summary>Reads the value of the present field as text; null stands for none.</summary>
    public bool ReadString(string field, int longest, out string? text)
    {
        _json.Read();
        return StringHere(field, longest, out text);
    }

    /// <summary>The present value as text.</summary>
    public bool StringHere(string field, int longest, out string? text)
    {
        text = null;
        switch (_json.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.String:
                text = _json.GetString()!;
                return text.Length <= longest
                    || Fail(field, $"the text is {text.Length} characters long; at most {longest} are accepted", "too_long");
            case JsonTokenType.Number:
                return Fail(field, "must be a text; put the number into quotes", "wrong_type");
            default:
                return FailKind(field, "a text");
        }
    }

    /// <summary>Reads the value of the present field as a finite number; null stands for NaN.</summary>
    public bool ReadNumber(string field, out double number)
    {
        _json.Read();
        return NumberHere(field, out number);
    }

    /// <summary>The present value as a finite number.</summary>
    public bool NumberHere(string field, out double number)
    {
        number = double.NaN;
        switch (_json.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.Number:
                return (_json.TryGetDouble(out number) && double.IsFinite(number)) || Fail(field, "the number is too large", "not_finite");
            case JsonTokenType.String:
                return Fail(field, "must be a number without quotes", "wrong_type");
            default:
                return FailKind(field, "a number");
        }
    }

    /// <summary>Reads the value of the present field as a whole number within bounds; null stands for none.</summary>
    public bool ReadWhole(string field, long smallest, long largest, out long? number)
    {
        number = null;
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        if (_json.TokenType != JsonTokenType.Number)
        {
            return _json.TokenType == JsonTokenType.String
                ? Fail(field, "must be a whole number without quotes", "wrong_type")
                : FailKind(field, "a whole number");
        }

        if (!_json.TryGetInt64(out var whole))
        {
            // 3.0 and 3e0 are whole numbers too, and some languages write them so.
            if (!_json.TryGetDouble(out var real) || real != Math.Truncate(real) || Math.Abs(real) > 1L << 53)
            {
                return Fail(field, "must be a whole number", "wrong_type");
            }

            whole = (long)real;
        }

        if (whole < smallest || whole > largest)
        {
            return Fail(field, $"is {whole}; it must be from {smallest} to {largest}", whole < 0 && smallest >= 0 ? "negative" : "out_of_range");
        }

        number = whole;
        return true;
    }

    /// <summary>Reads the value of the present field as a moment: RFC 3339 text or Unix milliseconds; null stands for none.</summary>
    public bool ReadTime(string field, out long? unixMs)
    {
        _json.Read();
        return TimeHere(field, allowDateOnly: false, out unixMs);
    }

    /// <summary>The present value as a moment.</summary>
    public bool TimeHere(string field, bool allowDateOnly, out long? unixMs)
    {
        unixMs = null;
        if (_json.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        const string Expected = "must be a time such as 2026-11-05T14:30:00+03:00 or Unix milliseconds";
        long ms;
        if (_json.TokenType == JsonTokenType.Number)
        {
            if (!_json.TryGetInt64(out ms) || ms is < 0 or > Timestamp.Latest)
            {
                return Fail(field, Expected, "invalid_time");
            }

            unixMs = ms;
            return !Timestamp.LooksLikeSeconds(ms) || Fail(field, $"is {ms}, which looks like Unix seconds; give milliseconds", "invalid_time");
        }

        if (_json.TokenType != JsonTokenType.String)
        {
            return Fail(field, Expected, "invalid_time");
        }

        var isTime = _json.ValueIsEscaped
            ? Timestamp.TryParse(_json.GetString(), allowDateOnly, out ms)
            : Timestamp.TryParse(_json.ValueSpan, allowDateOnly, out ms);
        unixMs = ms;
        return isTime || Fail(field, Expected, "invalid_time");
    }

    /// <summary>Reads the value of the present field as true or false; null stands for none.</summary>
    public bool ReadBool(string field, out bool? value)
    {
        value = null;
        _json.Read();
        switch (_json.TokenType)
        {
            case JsonTokenType.True:
                value = true;
                return true;
            case JsonTokenType.False:
                value = false;
                return true;
            case JsonTokenType.Null:
                return true;
            default:
                return FailKind(field, "true or false");
        }
    }

    /// <summary>Reads the value of the present field as a map of texts; null stands for an empty one.</summary>
    public bool ReadContext(string field, out KeyValuePair<string, string>[] pairs)
    {
        pairs = [];
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        if (_json.TokenType != JsonTokenType.StartObject)
        {
            return FailKind(field, "a map of texts");
        }

        var read = new List<KeyValuePair<string, string>>();
        while (NextField())
        {
            var name = Name;
            var path = Path(field, name);
            if (read.Count == _limits.MaxContextPairs)
            {
                return Fail(field, $"holds more than {_limits.MaxContextPairs} pairs", "too_many");
            }

            if (name.Length == 0 || name.Length > _limits.MaxIdLength)
            {
                return Fail(path, $"a key must have 1 to {_limits.MaxIdLength} characters", "invalid_id");
            }

            if (!ReadString(path, _limits.MaxStringLength, out var text))
            {
                return false;
            }

            if (text is not null)
            {
                read.Add(new KeyValuePair<string, string>(name, text));
            }
        }

        pairs = [.. read];
        return true;
    }

    /// <summary>The path of a member, cut to a readable length.</summary>
    public static string Path(string field, string name) => name.Length <= 64 ? $"{field}.{name}" : $"{field}.{name[..64]}…";

    /// <summary>Reports that the present value is of the wrong kind.</summary>
    public bool FailKind(string field, string expected)
    {
        var found = _json.TokenType switch
        {
            JsonTokenType.String => "a text",
            JsonTokenType.Number => "a number",
            JsonTokenType.True or JsonTokenType.False => "true or false",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.StartObject => "a map",
            _ => "null",
        };
        return Fail(field, $"is {found}; it must be {expected}", "wrong_type");
    }
}
