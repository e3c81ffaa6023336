using System.Globalization;
using System.Text.Json;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Ranking;

/// <summary>Reads the body of a rank request; every mistake names its field.</summary>
internal sealed class RankBodyReader(ApiOptions options)
{
    private const int DeepestNesting = 16;
    private const int MaxFilters = 32;
    private const int MaxFilterValues = 200;
    private const int MaxNames = 64;
    private const int MaxAsked = 100;
    private const int LongestCursor = 1_024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = DeepestNesting, AllowDuplicateProperties = false };

    private static readonly string[] Fields = [.. typeof(RankBody).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(StringComparer.Ordinal)];

    private static readonly string[] RangeFields = ["min", "max"];

    private readonly DocumentLimits _limits = DocumentLimits.Default;

    /// <summary>A request with the attributes that the answer shall show.</summary>
    public readonly record struct Read(RankRequest Request, IReadOnlyList<string> Fields);

    /// <exception cref="JsonException">The body is not JSON.</exception>
    /// <exception cref="RankRequestException">A field is wrong.</exception>
    public Read ReadRequest(ReadOnlyMemory<byte> utf8, string vertical, string surface)
    {
        if (utf8.IsEmpty)
        {
            return new Read(new RankRequest { Vertical = vertical, Surface = surface }, []);
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return ReadBody(document.RootElement, vertical, surface);
        }
        catch (InvalidOperationException)
        {
            // Broken UTF-8 and halves of surrogate pairs show only when a text is taken out.
            throw new RankRequestException("", "the body holds text that is not valid Unicode", "invalid_text");
        }
    }

    private Read ReadBody(JsonElement body, string vertical, string surface)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new RankRequestException("", "the body must be a JSON object", "wrong_type");
        }

        var request = new RankRequest { Vertical = vertical, Surface = surface };
        IReadOnlyList<string> fields = [];
        foreach (var property in body.EnumerateObject())
        {
            var value = property.Value;
            if (value.ValueKind == JsonValueKind.Null && Fields.Contains(property.Name, StringComparer.Ordinal))
            {
                continue;
            }

            request = property.Name switch
            {
                "user" => request with { User = Id(value, "user") },
                "session" => request with { Session = Id(value, "session") },
                "query" => request with { Query = Query(value) },
                "vector" => request with { Vectors = RankVectorReader.Read(value) },
                "items" => request with { Items = Ids(value, "items", options.MaxItems) },
                "filters" => request with { Filters = Conditions(value) },
                "sort" => request with { Sort = Sort(value) },
                "facets" => request with { Facets = Names(value, "facets") },
                "sections" => request with { Sections = Names(value, "sections") },
                "cursor" => request with { Cursor = Text(value, "cursor", LongestCursor) },
                "size" => request with { Size = Size(value, "size") },
                "context" => request with { Context = [.. request.Context, .. Context(value)] },
                "item" => request with { Context = [new("item", Id(value, "item")), .. request.Context] },
                "itemsPerGroup" => request with { ItemsPerGroup = Size(value, "itemsPerGroup") },
                "explain" => request with { Explain = Explain(value) },
                "personalization" => request with { Personalization = Switch(value) },
                "mode" => request with { IsShadow = Mode(value) },
                "seed" => request with { Seed = Seed(value) },
                "fields" => request,
                _ => throw Unknown("", property.Name, Fields, "field"),
            };
            if (property.Name == "fields")
            {
                fields = Names(value, "fields");
            }
        }

        return new Read(request, fields);
    }

    private static RankRequestException Unknown(string prefix, string name, IEnumerable<string> valid, string what)
    {
        var nearest = NearestName.Find(name, valid);
        var shown = name.Length > 64 ? name[..64] + "…" : name;
        return new RankRequestException(
            prefix + shown, $"there is no {what} '{shown}'{(nearest is null ? $"; there are {string.Join(", ", valid)}" : $"; did you mean '{nearest}'?")}", $"unknown_{what}");
    }

    private static RankRequestException Wrong(string field, string expected) => new(field, $"must be {expected}", "wrong_type");

    private static bool Mode(JsonElement value) => Text(value, "mode", 16) switch
    {
        "serve" => false,
        "shadow" => true,
        _ => throw new RankRequestException("mode", "must be serve or shadow", "invalid_mode"),
    };

    private string Id(JsonElement value, string field)
    {
        var id = Text(value, field, _limits.MaxIdLength);
        return id.Length > 0 && !id.Any(char.IsControl)
            ? id
            : throw new RankRequestException(field, $"an id has 1 to {_limits.MaxIdLength} characters and no control characters", "invalid_id");
    }

    private static string Text(JsonElement value, string field, int longest)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong(field, value.ValueKind == JsonValueKind.Number ? "a text; put the number into quotes" : "a text");
        }

        var text = value.GetString()!;
        return text.Length <= longest
            ? text
            : throw new RankRequestException(field, string.Create(CultureInfo.InvariantCulture, $"has {text.Length} characters; at most {longest} are accepted"), "too_long");
    }

    private string Query(JsonElement value)
    {
        var query = Text(value, "query", options.MaxQueryLength);
        return query.All(letter => !char.IsControl(letter) || letter is '\t' or '\n' or '\r')
            ? query
            : throw new RankRequestException("query", "must not hold control characters", "invalid_text");
    }

    private List<string> Ids(JsonElement value, string field, int most)
    {
        RequireList(value, field, most);
        var ids = new List<string>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            ids.Add(Id(element, field));
        }

        return ids;
    }

    private List<string> Names(JsonElement value, string field)
    {
        RequireList(value, field, MaxNames);
        return [.. value.EnumerateArray().Select(element => Text(element, field, _limits.MaxIdLength))];
    }

    private static void RequireList(JsonElement value, string field, int most)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(field, "a list");
        }

        if (value.GetArrayLength() > most)
        {
            throw new RankRequestException(field, string.Create(CultureInfo.InvariantCulture, $"has {value.GetArrayLength()} entries; at most {most} are accepted"), "too_many");
        }
    }

    private List<AttributeCondition> Conditions(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("filters", "an object of attributes: {\"brand\": \"JBL\", \"price\": {\"max\": 5000}}");
        }

        var conditions = new List<AttributeCondition>();
        foreach (var property in value.EnumerateObject())
        {
            if (conditions.Count == MaxFilters)
            {
                throw new RankRequestException("filters", $"at most {MaxFilters} attributes are accepted", "too_many");
            }

            var name = property.Name.Length <= _limits.MaxIdLength ? property.Name : throw new RankRequestException("filters", "an attribute's name is too long", "too_long");
            conditions.Add(Condition(property.Value, name, "filters." + name));
        }

        return conditions;
    }

    private AttributeCondition Condition(JsonElement value, string name, string field)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return new AttributeCondition { Attribute = name, AnyOf = [Text(value, field, _limits.MaxStringLength)] };
            case JsonValueKind.Array:
                RequireList(value, field, MaxFilterValues);
                return value.GetArrayLength() > 0
                    ? new AttributeCondition { Attribute = name, AnyOf = [.. value.EnumerateArray().Select(element => Text(element, field, _limits.MaxStringLength))] }
                    : throw new RankRequestException(field, "the list of values is empty; leave the filter out", "empty_list");
            case JsonValueKind.Number:
                var number = Number(value, field);
                return new AttributeCondition { Attribute = name, Min = number, Max = number };
            case JsonValueKind.True or JsonValueKind.False:
                var flag = value.GetBoolean() ? 1.0 : 0.0;
                return new AttributeCondition { Attribute = name, Min = flag, Max = flag };
            case JsonValueKind.Object:
                return Range(value, name, field);
            default:
                throw Wrong(field, "a value, a list of values, or {\"min\", \"max\"}");
        }
    }

    private static AttributeCondition Range(JsonElement value, string name, string field)
    {
        var (min, max) = (double.NaN, double.NaN);
        foreach (var bound in value.EnumerateObject())
        {
            switch (bound.Name)
            {
                case "min":
                    min = Number(bound.Value, field + ".min");
                    break;
                case "max":
                    max = Number(bound.Value, field + ".max");
                    break;
                default:
                    throw Unknown(field + ".", bound.Name, RangeFields, "field");
            }
        }

        return new AttributeCondition { Attribute = name, Min = min, Max = max };
    }

    private static double Number(JsonElement value, string field) => value.ValueKind == JsonValueKind.Null ? double.NaN
        : value.ValueKind != JsonValueKind.Number ? throw Wrong(field, "a number")
        : value.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : throw new RankRequestException(field, "the number is too large", "not_finite");

    private SortOrder Sort(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            var text = Text(value, "sort", _limits.MaxIdLength);
            return text is ['-', .. var rest] ? new SortOrder(rest, true) : new SortOrder(text, false);
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("sort", "\"price\", \"-price\" or {\"by\", \"descending\"}");
        }

        string? by = null;
        var isDescending = false;
        foreach (var property in value.EnumerateObject())
        {
            switch (property.Name)
            {
                case "by":
                    by = Text(property.Value, "sort.by", _limits.MaxIdLength);
                    break;
                case "descending" when property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    isDescending = property.Value.GetBoolean();
                    break;
                case "descending":
                    throw Wrong("sort.descending", "true or false");
                default:
                    throw Unknown("sort.", property.Name, ["by", "descending"], "field");
            }
        }

        return new SortOrder(by ?? throw new RankRequestException("sort.by", "is missing", "missing"), isDescending);
    }

    private static int Size(JsonElement value, string field) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) ? size : throw Wrong(field, "a whole number");

    private List<KeyValuePair<string, string>> Context(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("context", "an object of texts");
        }

        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var property in value.EnumerateObject())
        {
            if (pairs.Count == _limits.MaxContextPairs || property.Name.Length > _limits.MaxIdLength)
            {
                throw new RankRequestException("context", $"at most {_limits.MaxContextPairs} entries with names of {_limits.MaxIdLength} characters are accepted", "too_many");
            }

            var field = "context." + property.Name;
            var text = property.Value.ValueKind switch
            {
                JsonValueKind.String => Text(property.Value, field, _limits.MaxStringLength),
                JsonValueKind.Number => property.Value.GetRawText() is { Length: <= 64 } number ? number : throw Wrong(field, "a text"),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => throw Wrong(field, "a text"),
            };
            pairs.Add(new KeyValuePair<string, string>(property.Name, text));
        }

        return pairs;
    }

    private ExplainRequest Explain(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.False:
                return ExplainRequest.Off;
            case JsonValueKind.True:
                return new ExplainRequest(true, []);
            case JsonValueKind.Object:
                IReadOnlyList<string> items = [];
                foreach (var property in value.EnumerateObject())
                {
                    items = property.Name == "items" ? Ids(property.Value, "explain.items", MaxAsked) : throw Unknown("explain.", property.Name, ["items"], "field");
                }

                return new ExplainRequest(true, items);
            default:
                throw Wrong("explain", "true, false or {\"items\": [ids]}");
        }
    }

    private static bool Switch(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when value.GetString() is "on" => true,
        JsonValueKind.String when value.GetString() is "off" => false,
        _ => throw Wrong("personalization", "\"on\" or \"off\""),
    };

    private static ulong Seed(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var seed) ? seed : throw Wrong("seed", "a whole number of 64 bits, not negative");
}
