using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>The document that holds W and the strengths of priors: read, checked, edited and written as a whole.</summary>
public sealed class TransferDocument
{
    /// <summary>The newest version of the format.</summary>
    public const int NewestVersion = 1;

    /// <summary>A document of one matrix for everything.</summary>
    /// <param name="matrix">W.</param>
    /// <param name="strengths">Strengths of the priors.</param>
    public TransferDocument(TransferMatrix matrix, PriorStrengths strengths) => (Matrix, Strengths) = (matrix, strengths);

    /// <summary>The default kernels and strengths.</summary>
    public static TransferDocument Default { get; } = new(TransferMatrix.Default, PriorStrengths.Default) { Source = "default: exp(-0.105 |shift|^2.22)" };

    /// <summary>Where the weights come from, for readers; null when it is not said.</summary>
    public string? Source { get; init; }

    /// <summary>W of every type that has none of its own.</summary>
    public TransferMatrix Matrix { get; }

    /// <summary>Strengths of the priors.</summary>
    public PriorStrengths Strengths { get; }

    /// <summary>W of single types, by the type's name.</summary>
    public IReadOnlyDictionary<string, TransferMatrix> Types { get; init; } = new Dictionary<string, TransferMatrix>();

    /// <summary>W of a type.</summary>
    public TransferMatrix MatrixOf(string type) => Types.TryGetValue(type, out var own) ? own : Matrix;

    /// <summary>Reads a document written as JSON or YAML.</summary>
    /// <param name="text">The document.</param>
    /// <param name="fileName">What errors call it.</param>
    /// <param name="errors">Receives the mistakes, each with line and field.</param>
    /// <returns>The document; null when there were mistakes. Never throws on any text.</returns>
    public static TransferDocument? Parse(string text, string fileName, ErrorList errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(errors);
        var before = errors.Count;
        if (DeclarationReader.Read(text, fileName, errors) is not { } root || errors.Count > before)
        {
            if (errors.Count == before)
            {
                errors.Add(new SourcePosition(fileName, 1, 1), "the document is empty; it must have the keys version, price and delivery");
            }

            return null;
        }

        var declared = DeclarationBinder.Bind<TransferDeclaration>(root, "", errors);
        if (errors.Count == before && declared.Version is < 1 or > NewestVersion)
        {
            errors.Add(root.Position, $"'version' is {declared.Version}; this program reads up to {NewestVersion}", field: "version");
        }

        return errors.Count > before ? null : Of(declared, errors);
    }

    private static TransferDocument? Of(TransferDeclaration declared, ErrorList errors)
    {
        var before = errors.Count;
        var price = declared.Price.Read("price", errors);
        var delivery = declared.Delivery.Read("delivery", errors);
        var types = new OrderedDictionary<string, TransferMatrix>();
        foreach (var (name, kernels) in declared.Types)
        {
            var ownPrice = kernels.Price is null ? price : kernels.Price.Read($"types.{name}.price", errors);
            var ownDelivery = kernels.Delivery is null ? delivery : kernels.Delivery.Read($"types.{name}.delivery", errors);
            if (errors.Count == before)
            {
                types[name] = new TransferMatrix(ownPrice!, ownDelivery!);
            }
        }

        return errors.Count > before
            ? null
            : new TransferDocument(new TransferMatrix(price!, delivery!), new PriorStrengths(declared.Strengths.Type, declared.Strengths.MatchGroup))
            {
                Source = declared.Source,
                Types = types,
            };
    }

    /// <summary>The document as indented JSON, of the newest version.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", NewestVersion);
            if (Source is not null)
            {
                json.WriteString("source", Source);
            }

            Write(json, "price", Matrix.Price);
            Write(json, "delivery", Matrix.Delivery);
            json.WriteStartObject("strengths");
            json.WriteNumber("type", Strengths.Type);
            json.WriteNumber("matchGroup", Strengths.MatchGroup);
            json.WriteEndObject();
            if (Types.Count > 0)
            {
                json.WriteStartObject("types");
                foreach (var (name, matrix) in Types)
                {
                    json.WriteStartObject(name);
                    Write(json, "price", matrix.Price);
                    Write(json, "delivery", matrix.Delivery);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    // A line per side: a table that people edit.
    private static void Write(Utf8JsonWriter json, string name, TransferKernel kernel)
    {
        var declared = KernelDeclaration.Of(kernel);
        json.WriteStartObject(name);
        WriteSide(json, "down", declared.Down);
        WriteSide(json, "up", declared.Up);
        json.WriteEndObject();
    }

    private static void WriteSide(Utf8JsonWriter json, string name, IReadOnlyList<double> weights)
    {
        json.WritePropertyName(name);
        json.WriteRawValue("[" + string.Join(", ", weights.Select(weight => weight.ToString("R", CultureInfo.InvariantCulture))) + "]");
    }
}
