using System.Globalization;
using System.Text.Json;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Simulation.Writing;

/// <summary>An adapter that writes what passes through it as files in the import formats, each in time order.</summary>
/// <remarks>
/// Files: items, users, sellers, features, rankings, events and truth, all .jsonl (.jsonl.gz when compressed), and world.yaml. truth holds
/// the click probabilities of the items of each randomised ranking, in shown order, and is never imported. Memory is bounded.
/// </remarks>
public sealed class HistoryWriter : IMarketplaceAdapter, IAsyncDisposable
{
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText At = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText Op = JsonEncodedText.Encode("op");
    private static readonly JsonEncodedText Attributes = JsonEncodedText.Encode("attributes");
    private static readonly JsonEncodedText User = JsonEncodedText.Encode("user");
    private static readonly JsonEncodedText Session = JsonEncodedText.Encode("session");
    private static readonly JsonEncodedText Query = JsonEncodedText.Encode("query");
    private static readonly JsonEncodedText Item = JsonEncodedText.Encode("item");
    private static readonly JsonEncodedText Items = JsonEncodedText.Encode("items");
    private static readonly JsonEncodedText RankingId = JsonEncodedText.Encode("rankingId");
    private static readonly JsonEncodedText Position = JsonEncodedText.Encode("position");
    private static readonly JsonEncodedText Propensity = JsonEncodedText.Encode("propensity");
    private static readonly JsonEncodedText Price = JsonEncodedText.Encode("price");
    private static readonly JsonEncodedText Quantity = JsonEncodedText.Encode("quantity");
    private static readonly JsonEncodedText Value = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText Token = JsonEncodedText.Encode("token");
    private static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText OccurredAt = JsonEncodedText.Encode("occurredAt");
    private static readonly JsonEncodedText PublishedAt = JsonEncodedText.Encode("publishedAt");

    private readonly GoodsWorld _world;
    private readonly IMarketplaceAdapter _inner;
    private readonly JsonLines _items;
    private readonly JsonLines _users;
    private readonly JsonLines _sellers;
    private readonly JsonLines _features;
    private readonly JsonLines _rankings;
    private readonly JsonLines _events;
    private readonly JsonLines _truth;

    /// <summary>Creates the folder and its files; existing ones are replaced.</summary>
    /// <param name="world">The world whose truth is written.</param>
    /// <param name="inner">Who answers the requests.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="isCompressed">Whether the lines are compressed with gzip.</param>
    public HistoryWriter(GoodsWorld world, IMarketplaceAdapter inner, string folder, bool isCompressed = false)
    {
        _world = world;
        _inner = inner;
        Directory.CreateDirectory(folder);
        string ending = isCompressed ? ".jsonl.gz" : ".jsonl";
        _items = new JsonLines(Path.Combine(folder, "items" + ending));
        _users = new JsonLines(Path.Combine(folder, "users" + ending));
        _sellers = new JsonLines(Path.Combine(folder, "sellers" + ending));
        _features = new JsonLines(Path.Combine(folder, "features" + ending));
        _rankings = new JsonLines(Path.Combine(folder, "rankings" + ending));
        _events = new JsonLines(Path.Combine(folder, "events" + ending));
        _truth = new JsonLines(Path.Combine(folder, "truth" + ending));
        string head = string.Create(
            CultureInfo.InvariantCulture, $"# The goods world behind these files.\n# seed: {world.Seed}\n# endDate: {world.End:yyyy-MM-dd}\n");
        File.WriteAllText(Path.Combine(folder, "world.yaml"), head + world.Configuration.ToYaml());
    }

    /// <inheritdoc/>
    public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        ShownList shown = await _inner.RankAsync(request, cancellationToken).ConfigureAwait(false);
        WriteRanking(request, shown);
        if (shown.IsRandomised)
        {
            WriteTruth(request, shown);
        }

        return shown;
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        for (int index = 0; index < changesInTimeOrder.Count; index++)
        {
            switch (changesInTimeOrder[index])
            {
                case SimulatedChange.UserEvent happened:
                    WriteEvent(happened);
                    break;
                case SimulatedChange.ItemPut put:
                    WritePut(put);
                    break;
                case SimulatedChange.ItemPatch patch:
                    WritePatch(patch);
                    break;
                case SimulatedChange.ItemDelete delete:
                    WriteDelete(delete);
                    break;
                case SimulatedChange.UserPut user:
                    WriteUser(user);
                    break;
                case SimulatedChange.SellerPut seller:
                    WriteSeller(seller);
                    break;
                case SimulatedChange.FeatureRow row:
                    WriteFeature(row);
                    break;
            }
        }

        return _inner.SendAsync(changesInTimeOrder, cancellationToken);
    }

    /// <summary>Writes what is buffered and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        JsonLines[] files = [_items, _users, _sellers, _features, _rankings, _events, _truth];
        foreach (JsonLines file in files)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Optional(Utf8JsonWriter line, string name, string? value)
    {
        if (value is not null)
        {
            line.WriteString(name, value);
        }
    }

    private static void Optional(Utf8JsonWriter line, JsonEncodedText name, int? value)
    {
        if (value is { } number)
        {
            line.WriteNumber(name, number);
        }
    }

    private void WriteRanking(SimulatedRequest request, ShownList shown)
    {
        Utf8JsonWriter line = _rankings.Line;
        line.WriteStartObject();
        line.WriteString(Id, shown.RankingId);
        Timestamp.Write(line, At, request.At);
        line.WriteString("vertical"u8, request.Vertical);
        line.WriteString("surface"u8, request.Surface);
        line.WriteString(User, request.User);
        line.WriteString(Session, request.Session);
        line.WriteString(Query, request.Query);
        line.WriteStartObject("context"u8);
        if (shown.IsRandomised)
        {
            line.WriteString("slice"u8, "randomised"u8);
        }

        line.WriteString("region"u8, request.Region);
        line.WriteEndObject();
        line.WriteStartArray(Items);
        for (int place = 0; place < shown.Items.Count; place++)
        {
            ShownItem entry = shown.Items[place];
            line.WriteStartObject();
            line.WriteString(Id, entry.Id);
            if (!double.IsNaN(entry.Propensity))
            {
                line.WriteNumber(Propensity, (float)entry.Propensity);
            }

            line.WriteEndObject();
        }

        line.WriteEndArray();
        line.WriteEndObject();
        _rankings.End();
    }

    private void WriteTruth(SimulatedRequest request, ShownList shown)
    {
        Utf8JsonWriter line = _truth.Line;
        line.WriteStartObject();
        line.WriteString(RankingId, shown.RankingId);
        line.WriteStartArray("relevance"u8);
        for (int place = 0; place < shown.Items.Count; place++)
        {
            line.WriteNumberValue((float)_world.TrueRelevance(request, shown.Items[place].Id));
        }

        line.WriteEndArray();
        line.WriteEndObject();
        _truth.End();
    }

    private void WriteEvent(SimulatedChange.UserEvent happened)
    {
        Utf8JsonWriter line = _events.Line;
        line.WriteStartObject();
        line.WriteString(Id, happened.Id);
        line.WriteString(Type, happened.Type);
        Timestamp.Write(line, OccurredAt, happened.At);
        line.WriteString(User, happened.User);
        line.WriteString(Session, happened.Session);
        line.WriteString(Item, happened.Item);
        line.WriteString(RankingId, happened.RankingId);
        if (happened.Token is not null)
        {
            line.WriteString(Token, happened.Token);
        }

        line.WriteNumber(Position, happened.Position);
        if (happened.Query is not null)
        {
            line.WriteString(Query, happened.Query);
        }

        Optional(line, Price, happened.Price);
        Optional(line, Quantity, happened.Quantity);
        if (happened.Value is { } value)
        {
            line.WriteNumber(Value, value);
        }

        line.WriteEndObject();
        _events.End();
    }

    private void WritePut(SimulatedChange.ItemPut put)
    {
        Utf8JsonWriter line = StartItem("put", put.At, put.Id);
        line.WriteString("vertical"u8, "goods"u8);
        line.WriteString("seller"u8, put.Seller);
        Timestamp.Write(line, PublishedAt, put.PublishedAt);
        line.WriteNumber("stock"u8, put.Stock);
        SimulatedItemAttributes card = put.Attributes;
        line.WriteStartObject(Attributes);
        line.WriteString("title"u8, card.Title);
        line.WriteString("description"u8, card.Description);
        line.WriteString("brand"u8, card.Brand);
        line.WriteString("category"u8, card.Category);
        line.WriteString("department"u8, card.Department);
        line.WriteString("model"u8, card.Model);
        Optional(line, "color", card.Colour);
        Optional(line, "size", card.Size);
        line.WriteNumber(Price, card.Price);
        if (card.OldPrice is { } oldPrice)
        {
            line.WriteNumber("oldPrice"u8, oldPrice);
        }

        line.WriteNumber("delivery"u8, card.Delivery);
        if (card.Rating is { } rating)
        {
            line.WriteNumber("rating"u8, rating);
        }

        line.WriteNumber("reviews"u8, card.Reviews);
        line.WriteNumber("photos"u8, card.Photos);
        line.WriteEndObject();
        line.WriteEndObject();
        _items.End();
    }

    private void WritePatch(SimulatedChange.ItemPatch patch)
    {
        Utf8JsonWriter line = StartItem("patch", patch.At, patch.Id);
        if (patch.Stock is { } stock)
        {
            line.WriteNumber("stock"u8, stock);
        }

        if (patch.Price is not null || patch.Delivery is not null)
        {
            line.WriteStartObject(Attributes);
            Optional(line, Price, patch.Price);
            if (patch.OldPrice is { } oldPrice)
            {
                line.WriteNumber("oldPrice"u8, oldPrice);
            }
            else if (patch.IsOldPriceRemoved)
            {
                line.WriteNull("oldPrice"u8);
            }

            if (patch.Delivery is { } delivery)
            {
                line.WriteNumber("delivery"u8, delivery);
            }

            line.WriteEndObject();
        }

        line.WriteEndObject();
        _items.End();
    }

    private void WriteDelete(SimulatedChange.ItemDelete delete)
    {
        StartItem("delete", delete.At, delete.Id).WriteEndObject();
        _items.End();
    }

    private Utf8JsonWriter StartItem(string operation, DateTimeOffset at, string id)
    {
        Utf8JsonWriter line = _items.Line;
        line.WriteStartObject();
        line.WriteString(Op, operation);
        Timestamp.Write(line, At, at);
        line.WriteString(Id, id);
        return line;
    }

    private void WriteUser(SimulatedChange.UserPut user)
    {
        Utf8JsonWriter line = _users.Line;
        line.WriteStartObject();
        Timestamp.Write(line, At, user.At);
        line.WriteString(Id, user.Id);
        line.WriteStartObject(Attributes);
        line.WriteString("region"u8, user.Region);
        line.WriteNumber("birthYear"u8, user.BirthYear);
        line.WriteEndObject();
        line.WriteEndObject();
        _users.End();
    }

    private void WriteSeller(SimulatedChange.SellerPut seller)
    {
        Utf8JsonWriter line = _sellers.Line;
        line.WriteStartObject();
        Timestamp.Write(line, At, seller.At);
        line.WriteString(Id, seller.Id);
        line.WriteStartObject(Attributes);
        line.WriteString("name"u8, seller.Name);
        line.WriteString("region"u8, seller.Region);
        line.WriteEndObject();
        line.WriteEndObject();
        _sellers.End();
    }

    private void WriteFeature(SimulatedChange.FeatureRow row)
    {
        Utf8JsonWriter line = _features.Line;
        line.WriteStartObject();
        Timestamp.Write(line, At, row.At);
        line.WriteString("table"u8, row.Table);
        line.WriteString("key"u8, row.Key);
        line.WriteStartObject("columns"u8);
        line.WriteNumber(row.Column, row.Value);
        line.WriteEndObject();
        line.WriteEndObject();
        _features.End();
    }
}
