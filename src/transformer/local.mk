# transformer
