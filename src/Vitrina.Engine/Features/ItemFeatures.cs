namespace Vitrina.Engine.Features;

/// <summary>A number attribute of the item, that of the request's region where the item has one; NaN when it has none.</summary>
internal sealed class AttributeFeature(string name, int slot, int zoneSlot, bool isLog) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            var value = zoneSlot < 0 ? items[i].Numbers[slot] : items[i].NumberIn(scope.Region, slot, zoneSlot);
            column[i] = (float)(isLog ? Math.Log(1 + Math.Max(0, value)) : value);
        }
    }
}

/// <summary>The item's age: log(1 + days since it was first offered).</summary>
internal sealed class AgeFeature(string name) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            var days = Math.Max(0, scope.NowMs - items[i].PublishedAtMs) / (double)TimeSpan.MillisecondsPerDay;
            column[i] = (float)double.LogP1(days);
        }
    }
}

/// <summary>log(price / median price of the active items with the same keyword); 0 = as usual, below 0 = cheap.</summary>
internal sealed class RelativePriceFeature(string name, int levels, int priceSlot, int keywordSlot) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        var view = scope.Market.PriceLevels[levels];
        var (lastKeyword, lastMedian) = (-1, double.NaN);
        for (var i = 0; i < column.Length; i++)
        {
            var keyword = items[i].Keywords[keywordSlot];
            if (keyword != lastKeyword)
            {
                (lastKeyword, lastMedian) = (keyword, view.MedianOf(keyword));
            }

            var price = items[i].Numbers[priceSlot];
            column[i] = price > 0 ? (float)Math.Log(price / lastMedian) : float.NaN;
        }
    }
}

/// <summary>By what a feature table is keyed.</summary>
internal enum TableKey
{
    Item,
    Seller,
    Type,
    User,
    Query,
}

/// <summary>A column of a feature table from the company's own marts; the default where no valid row stands.</summary>
internal sealed class TableFeature(string name, int table, int column, TableKey key, long ttlMs, float missing, int typeSlot) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> values)
    {
        var view = scope.Market.Tables[table];
        if (key is TableKey.User or TableKey.Query)
        {
            var id = key == TableKey.User ? scope.UserId : scope.NormalizedQuery;
            values.Fill(string.IsNullOrEmpty(id) ? missing : OrDefault(view.ValueOf(id, column, scope.NowMs, ttlMs)));
            return;
        }

        var items = scope.Items;
        for (var i = 0; i < values.Length; i++)
        {
            var id = key switch
            {
                TableKey.Item => items[i].Id.Value,
                TableKey.Seller => items[i].Seller,
                _ => items[i].Keywords[typeSlot] is >= 0 and var type ? scope.Market.Keywords[typeSlot][type] : null,
            };
            values[i] = id is null ? missing : OrDefault(view.ValueOf(id, column, scope.NowMs, ttlMs));
        }
    }

    private float OrDefault(float value) => float.IsNaN(value) ? missing : value;
}
